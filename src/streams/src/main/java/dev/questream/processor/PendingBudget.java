package dev.questream.processor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that pending questions of all tasks of the process share.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class PendingBudget {
  /** The objects of a question in flight: record, queue entry, future, text. */
  private static final int OBJECT_BYTES = 1024;

  private final long maxBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger tasks = new AtomicInteger();

  PendingBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What a question takes: its record, its text, and the vector that comes for it. */
  static long cost(int recordBytes, int dimensions) {
    return OBJECT_BYTES + 2L * recordBytes + (long) Float.BYTES * dimensions;
  }

  void taskOpened() {
    tasks.incrementAndGet();
  }

  /** A task that is gone, with all that it held. */
  void taskClosed(long heldBytes) {
    tasks.decrementAndGet();
    bytes.addAndGet(-heldBytes);
  }

  void take(long cost) {
    bytes.addAndGet(cost);
  }

  void release(long cost) {
    bytes.addAndGet(-cost);
  }

  /**
   * How full the budget is for a task that holds so much of it: over 1 when too much is pending and
   * the task has more than its share.
   */
  double pressure(long heldBytes) {
    double own = (double) heldBytes * Math.max(1, tasks.get()) / maxBytes;
    return Math.min(own, (double) bytes.get() / maxBytes);
  }

  long bytes() {
    return bytes.get();
  }
}
