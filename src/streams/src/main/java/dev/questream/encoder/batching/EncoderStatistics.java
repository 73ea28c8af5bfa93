package dev.questream.encoder.batching;

/**
 * What an encoder has done since it was opened.
 *
 * @param texts texts encoded
 * @param tokens tokens encoded; no padding is ever encoded, so these are all real
 * @param batches batches run
 * @param failures texts whose future failed
 * @param busyNanos time that workers spent inside the model, summed over workers
 * @param tokenizeNanos time spent tokenizing
 * @param queueNanos time that texts waited for a worker, summed over texts
 * @param retries batches that failed and were run again
 * @param splits batches that failed and were divided
 * @param timeouts calls that took too long and were given up
 * @param outOfMemory batches that did not fit into the device's memory
 * @param truncated texts that were cut
 * @param cacheHits texts whose vector was in the cache
 * @param coalesced texts that shared the vector of the same text under way
 */
public record EncoderStatistics(
    long texts,
    long tokens,
    long batches,
    long failures,
    long busyNanos,
    long tokenizeNanos,
    long queueNanos,
    long retries,
    long splits,
    long timeouts,
    long outOfMemory,
    long truncated,
    long cacheHits,
    long coalesced) {

  /** What was done since {@code before}, which is of the same encoder. */
  public EncoderStatistics minus(EncoderStatistics before) {
    return new EncoderStatistics(
        texts - before.texts,
        tokens - before.tokens,
        batches - before.batches,
        failures - before.failures,
        busyNanos - before.busyNanos,
        tokenizeNanos - before.tokenizeNanos,
        queueNanos - before.queueNanos,
        retries - before.retries,
        splits - before.splits,
        timeouts - before.timeouts,
        outOfMemory - before.outOfMemory,
        truncated - before.truncated,
        cacheHits - before.cacheHits,
        coalesced - before.coalesced);
  }

  /** Mean texts in a batch, 0 before the first. */
  public double meanBatchTexts() {
    return batches == 0 ? 0 : (double) texts / batches;
  }

  /** Mean tokens in a batch, 0 before the first. */
  public double meanBatchTokens() {
    return batches == 0 ? 0 : (double) tokens / batches;
  }
}
