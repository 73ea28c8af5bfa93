package dev.questream.encoder.batching;

import java.time.Duration;

/**
 * How a {@link BatchingEncoder} batches, retries and remembers.
 *
 * @param budget the rule by which waiting texts become batches
 * @param retries how often a batch that fails is run again before it is split, and a text that
 *     fails alone before it is given up
 * @param retryBackoff wait before the first retry; doubles with every further one
 * @param callTimeout the longest that the model may take for a batch before its worker is replaced;
 *     zero for no limit
 * @param coalesce whether texts of the same tokens that are under way together are encoded once
 * @param cacheBytes bound of the cache of vectors; 0 for no cache
 * @param urgentShare the part of the tokens that urgent texts may take while others wait, between 0
 *     and 1 and neither of them
 */
public record BatchingSettings(
    TokenBudget budget,
    int retries,
    Duration retryBackoff,
    Duration callTimeout,
    boolean coalesce,
    long cacheBytes,
    double urgentShare) {
  private static final double HALF = 0.5;

  public BatchingSettings {
    if (!(urgentShare > 0 && urgentShare < 1)) {
      throw new IllegalArgumentException(
          "the urgent share must be between 0 and 1: " + urgentShare);
    }
  }

  /**
   * A single retry at once, no time limit, nothing shared and nothing remembered, half for the
   * urgent.
   */
  public static BatchingSettings of(TokenBudget budget) {
    return new BatchingSettings(budget, 1, Duration.ZERO, Duration.ZERO, false, 0, HALF);
  }

  /** The wait before retry number {@code failures}, counted from 1, in nanoseconds. */
  long backoffNanos(int failures) {
    return retryBackoff.toNanos() << Math.min(failures - 1, 20);
  }
}
