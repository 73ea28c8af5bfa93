package dev.questream.app.runtime;

import dev.questream.app.console.Uninterrupted;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * What has been opened, closed in reverse order. A close that throws does not keep the rest open:
 * the first failure is thrown, and the others are added to it as suppressed.
 *
 * <p><b>Threading:</b> safe for any thread; a second close waits for the first.
 */
public final class Resources implements AutoCloseable {
  private final ArrayDeque<Runnable> closings = new ArrayDeque<>(); // guarded by this

  /** Closes without a checked exception. */
  private interface Rest extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes what has just been opened.
   *
   * @return the same
   */
  public synchronized <T> T add(T opened, Consumer<T> close) {
    closings.push(() -> close.accept(opened));
    return opened;
  }

  /** Closes everything after a failure. What fails in that is added to it as suppressed. */
  public void closeAfter(Throwable failure) {
    try {
      close();
    } catch (RuntimeException | Error e) {
      failure.addSuppressed(e);
    }
  }

  /** Closes everything; no stop cuts that short. */
  @Override
  public void close() {
    Uninterrupted.run(this::closeAll);
  }

  private synchronized void closeAll() {
    if (!closings.isEmpty()) {
      Runnable last = closings.pop();
      try (Rest rest = this::closeAll) { // the language adds up what fails
        last.run();
      }
    }
  }
}
