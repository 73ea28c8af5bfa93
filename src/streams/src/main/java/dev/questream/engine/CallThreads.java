package dev.questream.engine;

import ai.djl.pytorch.jni.JniUtils;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many threads a call into libtorch may use.
 *
 * <p>Many calls at once run on one thread each, which scales best. A small batch that is alone
 * waits for the weights to come from memory, and several cores fetch them sooner than one.
 *
 * <p>Only one session has helpers. OpenMP keeps helpers for each thread that ever had some, and as
 * soon as there are more of them than cores all sleep between two products instead of spinning; to
 * wake them takes a third of the time of a call. They rest while another program takes their core.
 *
 * <p><b>Threading:</b> safe for any thread; libtorch keeps the number for each thread.
 */
final class CallThreads {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** From so many tokens on, a batch would rather be two. */
  private static final int SMALL_BATCH_TOKENS = 256;

  private final int most;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicBoolean taken = new AtomicBoolean();

  // Of the one session that has helpers.
  private final Contention contention = new Contention();
  private long beginNanos;
  private long beginProcessorNanos;

  /**
   * @param most threads that one call may use at most
   */
  CallThreads(int most) {
    this.most = most;
  }

  /**
   * The calling thread runs its calls alone until it is told otherwise. libtorch gives a thread
   * that it has not seen before the number that some other has set last, which may be in a call
   * with helpers.
   */
  static void settle() {
    JniUtils.getNumThreads(); // takes that number over
    JniUtils.setNumThreads(1);
  }

  /** Makes the calling thread the one with helpers, if there is none and helpers are allowed. */
  boolean takeHelpers() {
    return most > 1 && taken.compareAndSet(false, true);
  }

  /** Gives them up again. */
  void releaseHelpers() {
    taken.set(false);
  }

  /**
   * A call of this thread begins; {@link #end} follows.
   *
   * @param helpers whether the thread has helpers
   * @return whether the call uses them
   */
  boolean begin(int tokens, boolean helpers) {
    boolean alone = running.getAndIncrement() == 0;
    boolean used =
        helpers && alone && tokens <= SMALL_BATCH_TOKENS && !contention.expected(System.nanoTime());
    if (used) {
      JniUtils.setNumThreads(most);
      beginNanos = System.nanoTime();
      beginProcessorNanos = processorNanos();
    }
    return used;
  }

  /** The call is over. */
  void end(boolean helpersUsed) {
    if (helpersUsed) {
      long now = System.nanoTime();
      contention.called(now - beginNanos, processorNanos() - beginProcessorNanos, now);
      JniUtils.setNumThreads(1);
    }
    running.decrementAndGet();
  }

  /** What the calling thread had of a processor; where nobody tells, all. */
  private static long processorNanos() {
    return THREADS.isCurrentThreadCpuTimeSupported()
        ? THREADS.getCurrentThreadCpuTime()
        : System.nanoTime();
  }
}
