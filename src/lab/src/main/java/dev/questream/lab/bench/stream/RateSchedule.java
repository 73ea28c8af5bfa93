package dev.questream.lab.bench.stream;

/**
 * When questions are due at a fixed rate.
 *
 * <p>Latency is measured from the moment at which a question was due, not from the one at which it
 * was sent: a sender that is held up by the system under test must not hide the wait that its users
 * would have had (coordinated omission; Tene, <i>How NOT to Measure Latency</i>, 2013).
 *
 * @param startNanos when the first is due, by {@link System#nanoTime()}
 * @param perSecond questions a second
 */
record RateSchedule(long startNanos, double perSecond) {
  private static final double NANOS = 1e9;

  RateSchedule {
    if (!(perSecond > 0 && perSecond < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a rate must be over 0 and finite, it is %s questions a second".formatted(perSecond));
    }
  }

  /** When the question is due. */
  long dueNanos(long place) {
    return startNanos + Math.round(place * (NANOS / perSecond));
  }

  /** How many questions are due in so long a time, the first at its very start. */
  long count(long nanos) {
    return (long) Math.ceil(nanos / NANOS * perSecond - 1e-9);
  }
}
