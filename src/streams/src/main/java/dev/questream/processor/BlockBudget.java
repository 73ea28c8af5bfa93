package dev.questream.processor;

/**
 * How long the tasks of one stream thread have made it wait, together, since the last round of
 * punctuations.
 *
 * <p><b>Threading:</b> belongs to one stream thread.
 */
final class BlockBudget {
  private long usedNanos;

  void renew() {
    usedNanos = 0;
  }

  void use(long nanos) {
    usedNanos += nanos;
  }

  long usedNanos() {
    return usedNanos;
  }
}
