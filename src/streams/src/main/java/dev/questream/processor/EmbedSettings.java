package dev.questream.processor;

import java.time.Duration;

/**
 * The settings of an embed processor.
 *
 * @param applicationId named in dead letters
 * @param exactlyOnce whether the application runs with exactly_once_v2; otherwise at least once
 * @param skipUnchanged whether a question that is equal to the latest of its id is skipped
 * @param maxQuestionBytes a record with more bytes of key, value and headers is a dead letter
 * @param window when a window is submitted
 * @param pending how much may be pending
 * @param punctuationInterval how often finished futures are looked for while something is pending
 * @param stallLimit a task that has got no answer for so long is reset from its changelog
 */
public record EmbedSettings(
    String applicationId,
    boolean exactlyOnce,
    boolean skipUnchanged,
    int maxQuestionBytes,
    WindowBounds window,
    PendingBounds pending,
    Duration punctuationInterval,
    Duration stallLimit) {

  /**
   * A window is submitted when it reaches one of these.
   *
   * @param maxQuestions number of questions
   * @param maxTokens estimated tokens of all of them
   * @param maxAge how long the first question has waited
   */
  public record WindowBounds(int maxQuestions, int maxTokens, Duration maxAge) {}

  /**
   * What may be pending, and how long to wait for it.
   *
   * @param maxQuestions questions pending in one task before it reads no more
   * @param maxBytes memory for the pending questions of all tasks before those with more than their
   *     share read no more
   * @param maxBlock the longest that all tasks of a thread make it wait between two punctuations
   */
  public record PendingBounds(int maxQuestions, long maxBytes, Duration maxBlock) {}
}
