package dev.questream.encoder.batching;

import java.util.List;
import java.util.Locale;

/** Tells failures for want of memory, which a smaller batch may avoid, from all others. */
final class OutOfMemory {

  /**
   * What libtorch says on CPU and CUDA; it has no exception type of its own by the time it is here.
   */
  private static final List<String> PHRASES =
      List.of(
          "out of memory",
          "not enough memory",
          "can't allocate memory",
          "cannot allocate memory",
          "std::bad_alloc",
          "alloc_failed");

  private OutOfMemory() {}

  static boolean is(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError || speaksOfMemory(cause.getMessage())) {
        return true;
      }
    }
    return false;
  }

  private static boolean speaksOfMemory(String message) {
    if (message == null) {
      return false;
    }
    String lower = message.toLowerCase(Locale.ROOT);
    return PHRASES.stream().anyMatch(lower::contains);
  }
}
