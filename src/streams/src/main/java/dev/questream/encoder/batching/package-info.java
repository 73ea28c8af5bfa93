/**
 * The process-wide encoder: {@link dev.questream.encoder.batching.BatchingEncoder} merges what all
 * stream threads submit into batches bounded by tokens, retries and halves what fails, and replaces
 * workers that hang. May import {@code encoder} and Caffeine.
 *
 * <p><b>Threading:</b> the encoder's own threads tokenize, encode and complete the futures.
 */
package dev.questream.encoder.batching;
