package dev.questream.encoder;

/**
 * A call into the model that gave vectors. Times are of {@link System#nanoTime}.
 *
 * @param number counts the calls of an encoder, from 1
 * @param startedNanos when it began
 * @param endedNanos when its vectors were there
 * @param texts texts that ran together
 * @param tokens their tokens
 */
public record BatchRun(long number, long startedNanos, long endedNanos, int texts, int tokens) {}
