package dev.questream.lab.bench;

import dev.questream.encoder.batching.EncoderStatistics;

/**
 * How full the encoder's batches were.
 *
 * @param meanBatchQuestions questions in a batch
 * @param meanBatchTokens tokens in a batch
 */
public record BatchFill(double meanBatchQuestions, double meanBatchTokens) {

  public static BatchFill of(EncoderStatistics done) {
    return new BatchFill(done.meanBatchTexts(), done.meanBatchTokens());
  }
}
