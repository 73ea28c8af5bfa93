package dev.questream.processor;

import java.time.Duration;

/**
 * How long the tasks of one stream thread may make it wait, together, between two rounds of
 * punctuations.
 *
 * <p><b>Threading:</b> belongs to one stream thread.
 */
final class BlockBudget {
  private final long maxNanos;
  private long usedNanos;

  BlockBudget(Duration max) {
    this.maxNanos = max.toNanos();
  }

  void renew() {
    usedNanos = 0;
  }

  void use(long nanos) {
    usedNanos += nanos;
  }

  /** Nanoseconds left; not positive when it is used up. */
  long leftNanos() {
    return maxNanos - usedNanos;
  }
}
