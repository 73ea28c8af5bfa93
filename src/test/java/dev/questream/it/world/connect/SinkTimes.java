package dev.questream.it.world.connect;

import java.util.Arrays;
import java.util.Locale;

/**
 * From asking to the commit that made the row visible, of questions that were asked all at once.
 *
 * @param waits milliseconds of each question, in ascending order
 * @param seconds from the first question asked to the last row committed
 */
record SinkTimes(double[] waits, double seconds) {
  /**
   * @param asked when each question was asked, in milliseconds of the epoch
   * @param committed when the row of the same index was committed
   */
  static SinkTimes of(double[] asked, double[] committed) {
    double[] waits = new double[asked.length];
    for (int i = 0; i < waits.length; i++) {
      waits[i] = committed[i] - asked[i];
    }
    Arrays.sort(waits);
    double first = Arrays.stream(asked).min().orElseThrow();
    double last = Arrays.stream(committed).max().orElseThrow();
    return new SinkTimes(waits, (last - first) / 1000);
  }

  double quantile(double share) {
    return waits[(int) Math.min(waits.length - 1, Math.floor(share * waits.length))];
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d questions asked at once: %.1f s to the last row, %.0f rows/s; "
            + "question to row p50 %.0f ms, p99 %.0f ms, max %.0f ms",
        waits.length,
        seconds,
        waits.length / seconds,
        quantile(0.5),
        quantile(0.99),
        quantile(1));
  }
}
