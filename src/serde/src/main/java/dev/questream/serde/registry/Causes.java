package dev.questream.serde.registry;

/** What an exception says, and what the exceptions behind it say. */
final class Causes {
  private static final int DEEPEST = 10;

  private Causes() {}

  /** The messages from the outermost to the innermost, without repetitions. */
  static String of(Throwable thrown) {
    StringBuilder text = new StringBuilder(thrown.toString());
    Throwable cause = thrown.getCause();
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      if (text.indexOf(message) < 0) {
        text.append(": ").append(message);
      }
      cause = cause.getCause();
    }
    return text.toString();
  }

  /** Whether one of that kind is among them. */
  static boolean include(Throwable thrown, Class<? extends Throwable> kind) {
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      if (kind.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
