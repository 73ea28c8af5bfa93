package dev.questream.lab.chaos.guarantee;

/**
 * One promise, held against a stream of questions and answers.
 *
 * <p>{@link #onProduced} of a question comes before the {@link #onConsumed} of its answer.
 */
public interface Guarantee {
  /** What breaks it, in a word: {@code lost}, {@code duplicated}. */
  String name();

  /** The broker has taken a question. */
  void onProduced(Produced produced);

  /** A committed answer was read. */
  void onConsumed(Consumed consumed);

  /** What is wrong so far. What has not been answered yet counts as wrong. */
  Violations violations();
}
