package dev.questream.app.runtime;

import dev.questream.app.thread.DaemonScheduler;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Has new stream threads made for those that died, after a {@link BackOff}. Threads that die while
 * it waits, mostly of the same fault, come back with the others.
 *
 * <p>The wait is not spent on the dying thread: that would keep its partitions from everybody.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Replacements implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final ScheduledExecutorService waiting = DaemonScheduler.named("questream-replacements");
  private final Runnable replace;
  private final Duration patience;
  private final BackOff backOff = new BackOff(); // guarded by this
  private int missing; // guarded by this
  private long dueMs; // guarded by this
  private long replaced; // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param replace makes and starts one thread
   */
  Replacements(Runnable replace) {
    this(replace, PATIENCE);
  }

  /**
   * @param patience how long a thread may take to die before it is interrupted
   */
  Replacements(Runnable replace, Duration patience) {
    this.replace = replace;
    this.patience = patience;
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
    long nowMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    if (missing++ == 0) {
      long waitMs = backOff.next(nowMs);
      dueMs = nowMs + waitMs;
      waiting.schedule(this::replaceAll, waitMs, TimeUnit.MILLISECONDS);
    }
    return "a new thread starts in %.1f s (%d in a row)"
        .formatted(Math.max(0, dueMs - nowMs) / 1e3, backOff.inARow());
  }

  /**
   * Sees to it that a thread that dies comes to its end: to close a producer can last for ever, and
   * as long the group counts on the thread. An interrupt makes it let go.
   */
  void hurry(Thread dying) {
    waiting.schedule(() -> interrupt(dying), patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void interrupt(Thread dying) {
    if (dying.isAlive()) {
      dying.interrupt();
      hurry(dying); // whatever it waits for next
    }
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
