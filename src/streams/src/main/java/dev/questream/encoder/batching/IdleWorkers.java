package dev.questream.encoder.batching;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * Workers that wait for texts, in the order in which they are woken. Only the first is told of
 * news; so whoever takes something and leaves more behind wakes the next.
 *
 * <p><b>Threading:</b> guarded by the encoder's lock.
 */
final class IdleWorkers {
  private final Lock lock;
  private final Deque<Condition> waiting = new ArrayDeque<>();

  IdleWorkers(Lock lock) {
    this.lock = lock;
  }

  /**
   * Gives up the lock until the calling worker is woken.
   *
   * @param first whether it is woken before all others
   * @param nanos at most so long, or for ever if negative
   */
  void await(boolean first, long nanos) throws InterruptedException {
    Condition mine = lock.newCondition();
    if (first) {
      waiting.addFirst(mine);
    } else {
      waiting.addLast(mine);
    }
    try {
      if (nanos < 0) {
        mine.await();
      } else {
        mine.await(nanos, TimeUnit.NANOSECONDS);
      }
    } finally {
      waiting.remove(mine);
    }
  }

  /** Wakes the first, if one waits. */
  void wakeOne() {
    if (!waiting.isEmpty()) {
      waiting.peek().signal();
    }
  }

  void wakeAll() {
    waiting.forEach(Condition::signal);
  }
}
