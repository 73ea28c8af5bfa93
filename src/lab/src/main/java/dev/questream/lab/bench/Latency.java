package dev.questream.lab.bench;

import java.util.Arrays;

/**
 * How long single questions took, in milliseconds.
 *
 * @param count questions
 * @param p50 half of them took no longer
 * @param p99 99 of 100 took no longer
 * @param p999 999 of 1,000 took no longer
 * @param max the slowest
 */
public record Latency(int count, double p50, double p99, double p999, double max) {
  private static final double NANOS_PER_MS = 1e6;

  /** Sums up durations in nanoseconds; percentiles by nearest rank, all 0 if there are none. */
  public static Latency of(long... nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Latency(
        sorted.length,
        percentile(sorted, 0.5),
        percentile(sorted, 0.99),
        percentile(sorted, 0.999),
        percentile(sorted, 1));
  }

  private static double percentile(long[] sorted, double share) {
    if (sorted.length == 0) {
      return 0;
    }
    int rank = (int) Math.ceil(share * sorted.length - 1e-9);
    return sorted[Math.max(0, rank - 1)] / NANOS_PER_MS;
  }
}
