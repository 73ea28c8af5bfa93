package dev.questream.encoder;

/**
 * What an encoder has done since it was opened.
 *
 * @param texts texts encoded
 * @param tokens tokens encoded; no padding is ever encoded, so these are all real
 * @param batches batches run
 * @param failures texts whose future failed
 * @param busyNanos time that workers spent inside the model, summed over workers
 */
public record EncoderStatistics(
    long texts, long tokens, long batches, long failures, long busyNanos) {

  /** Mean texts in a batch, 0 before the first. */
  public double meanBatchTexts() {
    return batches == 0 ? 0 : (double) texts / batches;
  }

  /** Mean tokens in a batch, 0 before the first. */
  public double meanBatchTokens() {
    return batches == 0 ? 0 : (double) tokens / batches;
  }
}
