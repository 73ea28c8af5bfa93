package dev.questream.app.console;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Work that no stop cuts short. A stop interrupts the command's thread, again and again; a client
 * of Kafka that is closed by an interrupted thread stays half open, and logs that with a stack
 * trace.
 *
 * <p><b>Threading:</b> the work runs on a thread of its own while the caller waits; an interrupt
 * meanwhile is left for the caller.
 */
public final class Uninterrupted {

  private Uninterrupted() {}

  /** Runs it, and throws what it throws. */
  public static void run(Runnable work) {
    get(
        () -> {
          work.run();
          return null;
        });
  }

  /** The same for work that has a result. */
  public static <T> T get(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(
              work, task -> new Thread(task, "questream-uninterrupted").start())
          .join(); // which no interrupt ends
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }
}
