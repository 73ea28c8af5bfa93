package dev.questream.processor;

import java.time.Duration;

/**
 * The bounds of windows and of what may be pending.
 *
 * @param applicationId named in dead letters
 * @param windowMaxQuestions a window with so many questions is closed
 * @param windowMaxTokens a window with so many estimated tokens is closed
 * @param windowMaxAge a window is closed when its first question has waited so long
 * @param punctuationInterval how often finished futures are looked for while something is pending
 * @param maxQuestionBytes a record with more bytes of key, value and headers is a dead letter
 * @param maxPending questions pending in one task before it waits for the encoder
 * @param maxBlock the longest that a task makes its thread wait between two punctuations
 */
public record EmbedSettings(
    String applicationId,
    int windowMaxQuestions,
    int windowMaxTokens,
    Duration windowMaxAge,
    Duration punctuationInterval,
    int maxQuestionBytes,
    int maxPending,
    Duration maxBlock) {}
