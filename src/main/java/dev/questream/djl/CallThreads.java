package dev.questream.djl;

import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many threads a call into libtorch may use.
 *
 * <p>Many calls at once run on one thread each, which scales best. A small batch that is alone
 * waits for the weights to come from memory, and several cores fetch them sooner than one.
 *
 * <p><b>Threading:</b> safe for any thread; libtorch keeps the number for each thread.
 */
final class CallThreads {
  /** From so many tokens on, a batch would rather be two. */
  private static final int SMALL_BATCH_TOKENS = 256;

  private final int most;
  private final AtomicInteger running = new AtomicInteger();

  /**
   * @param most threads that one call may use at most
   */
  CallThreads(int most) {
    this.most = most;
  }

  /** Tells libtorch how many threads this thread's next call may use; {@link #end} follows. */
  void begin(int tokens) {
    int others = running.getAndIncrement();
    if (most > 1) {
      JniUtils.setNumThreads(others == 0 && tokens <= SMALL_BATCH_TOKENS ? most : 1);
    }
  }

  /** The call is over. */
  void end() {
    running.decrementAndGet();
  }
}
