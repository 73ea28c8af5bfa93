package dev.questream.app.page;

import java.util.List;

/**
 * The figures of one interval. NaN where there was nothing to measure.
 *
 * @param atMs end of the interval, in milliseconds since 1970-01-01 UTC
 * @param questionsPerSecond embeddings forwarded
 * @param p50Ms median from a question's timestamp to its embedding being forwarded
 * @param p99Ms the same for the slowest hundredth
 * @param batchQuestions mean questions of a call into the model
 * @param batchTokens mean tokens of a call into the model
 * @param busy share of the workers' time that was spent in the model, from 0 to 1
 * @param pending questions read and not yet answered, at the end
 * @param lag records of the questions topic that are not read yet, at the end
 * @param deadLetters dead letters since the start, at the end
 */
record Sample(
    long atMs,
    double questionsPerSecond,
    double p50Ms,
    double p99Ms,
    double batchQuestions,
    double batchTokens,
    double busy,
    long pending,
    double lag,
    long deadLetters) {

  /** The columns of {@link #values}. */
  static final List<String> COLUMNS =
      List.of(
          "at_ms",
          "questions_per_second",
          "p50_ms",
          "p99_ms",
          "batch_questions",
          "batch_tokens",
          "busy",
          "pending",
          "lag",
          "dead_letters");

  double[] values() {
    return new double[] {
      atMs,
      questionsPerSecond,
      p50Ms,
      p99Ms,
      batchQuestions,
      batchTokens,
      busy,
      pending,
      lag,
      deadLetters
    };
  }
}
