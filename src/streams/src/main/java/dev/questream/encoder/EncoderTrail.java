package dev.questream.encoder;

/**
 * How an embedding was come by.
 *
 * @param queuedNanos when its text had been tokenized and was looked up in the cache or queued, by
 *     {@link System#nanoTime}
 * @param run the call into the model that gave it; null if it was in the cache. Where the text was
 *     under way already, for somebody else, the call may have begun before {@code queuedNanos}
 */
public record EncoderTrail(long queuedNanos, BatchRun run) {}
