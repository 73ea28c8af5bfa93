package dev.questream.processor;

import dev.questream.encoder.EncoderTrail;

/**
 * The way of one record through the processor. Times are of {@link System#nanoTime}, 0 where it did
 * not come so far.
 *
 * @param id of the question; empty if it has none that can be read
 * @param topic where it was read
 * @param partition where it was read
 * @param offset where it was read
 * @param restored whether it was not read from the topic, but found in the pending store
 * @param readNanos when it was read, or found in the store
 * @param submittedNanos when its window was handed to the encoder
 * @param answeredNanos when its answer was made
 * @param encoder what the encoder did for it; null if it has no embedding, or that is not known
 */
public record Trail(
    String id,
    String topic,
    int partition,
    long offset,
    boolean restored,
    long readNanos,
    long submittedNanos,
    long answeredNanos,
    EncoderTrail encoder) {}
