package dev.questream.app.runtime;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Has new stream threads made for those that died, after a {@link BackOff}. Threads that die while
 * it waits, mostly of the same fault, come back with the others.
 *
 * <p>The wait is not spent on the dying thread: that would keep its partitions from everybody.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Replacements implements AutoCloseable {
  private final ScheduledExecutorService waiting =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "questream-replacements");
            thread.setDaemon(true);
            return thread;
          });
  private final Runnable replace;
  private final LongSupplier clockMs;
  private final BackOff backOff = new BackOff(); // guarded by this
  private int missing; // guarded by this
  private long dueMs; // guarded by this
  private long replaced; // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param replace makes and starts one thread
   */
  Replacements(Runnable replace) {
    this(replace, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  Replacements(Runnable replace, LongSupplier clockMs) {
    this.replace = replace;
    this.clockMs = clockMs;
  }

  /**
   * Takes note that a thread has died.
   *
   * @return when it is replaced, in words
   */
  synchronized String died() {
    if (closed) {
      return "the application is stopping";
    }
    long nowMs = clockMs.getAsLong();
    if (missing++ == 0) {
      long waitMs = backOff.next(nowMs);
      dueMs = nowMs + waitMs;
      waiting.schedule(this::replaceAll, waitMs, TimeUnit.MILLISECONDS);
    }
    return "a new thread starts in %.1f s (%d in a row)"
        .formatted(Math.max(0, dueMs - nowMs) / 1e3, backOff.inARow());
  }

  private void replaceAll() {
    int threads;
    synchronized (this) {
      threads = closed ? 0 : missing;
      missing = 0;
      replaced += threads;
    }
    for (int i = 0; i < threads; i++) {
      replace.run();
    }
  }

  /** Threads replaced so far. */
  synchronized long replaced() {
    return replaced;
  }

  /** Nothing is replaced any more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    waiting.shutdownNow();
  }
}
