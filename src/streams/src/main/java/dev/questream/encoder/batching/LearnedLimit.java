package dev.questream.encoder.batching;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens that a batch may hold, as learned from the device's memory: halved when a batch did
 * not fit, doubled again after a series of batches that did.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class LearnedLimit {
  private static final Logger LOG = LoggerFactory.getLogger(LearnedLimit.class);

  /** Batches in a row that must fit before a larger one is tried. */
  static final int RECOVERY_BATCHES = 64;

  private static final int MIN_TOKENS = 16;

  private final int max;
  private int limit;
  private int fitting;

  LearnedLimit(int maxTokens) {
    this.max = maxTokens;
    this.limit = maxTokens;
  }

  synchronized int tokens() {
    return limit;
  }

  /** A batch of so many tokens did not fit. */
  synchronized void exceeded(int batchTokens) {
    limit = Math.max(Math.min(MIN_TOKENS, max), Math.min(limit, batchTokens) / 2);
    fitting = 0;
    LOG.warn(
        "Out of memory with a batch of {} tokens: batches hold at most {} for now",
        batchTokens,
        limit);
  }

  /** A batch went through. */
  synchronized void fitted() {
    if (limit < max && ++fitting >= RECOVERY_BATCHES) {
      limit = (int) Math.min(max, 2L * limit);
      fitting = 0;
      LOG.info("Batches hold up to {} tokens again", limit);
    }
  }
}
