package dev.questream.encoder.batching;

/**
 * What an encoder is at right now.
 *
 * @param waitingTexts texts that wait for a worker
 * @param waitingTokens their tokens
 * @param workers workers that can take a batch
 * @param busyWorkers workers that are inside the model
 * @param hungCalls calls into the model that were given up and have not come back
 * @param maxBatchTokens tokens that a batch may hold at present; less than configured after memory
 *     ran out
 * @param cachedVectors vectors in the cache
 * @param healthy false once a call has taken too long, until another batch has gone through, and
 *     for good when the model is broken
 */
public record EncoderState(
    int waitingTexts,
    long waitingTokens,
    int workers,
    int busyWorkers,
    int hungCalls,
    int maxBatchTokens,
    long cachedVectors,
    boolean healthy) {}
