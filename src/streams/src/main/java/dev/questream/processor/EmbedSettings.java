package dev.questream.processor;

import java.time.Duration;

/**
 * The bounds of windows and of what may be pending.
 *
 * @param applicationId named in dead letters
 * @param exactlyOnce whether the application runs with exactly_once_v2; otherwise at least once
 * @param windowMaxQuestions a window with so many questions is closed
 * @param windowMaxTokens a window with so many estimated tokens is closed
 * @param windowMaxAge a window is closed when its first question has waited so long
 * @param punctuationInterval how often finished futures are looked for while something is pending
 * @param maxQuestionBytes a record with more bytes of key, value and headers is a dead letter
 * @param maxPending questions pending in one task before it waits for the encoder
 * @param maxPendingBytes memory for the pending questions of all tasks before those with more than
 *     their share wait
 * @param maxBlock the longest that all tasks of a thread make it wait between two punctuations
 * @param stallLimit a task that has got no answer for so long is reset from its changelog
 */
public record EmbedSettings(
    String applicationId,
    boolean exactlyOnce,
    int windowMaxQuestions,
    int windowMaxTokens,
    Duration windowMaxAge,
    Duration punctuationInterval,
    int maxQuestionBytes,
    int maxPending,
    long maxPendingBytes,
    Duration maxBlock,
    Duration stallLimit) {}
