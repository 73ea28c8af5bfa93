/**
 * What an encoder is: texts in, {@link dev.questream.encoder.Embedding embeddings} out, through
 * futures.
 *
 * <p>Holds the contract ({@link dev.questream.encoder.QuestionEncoder}) and the process-wide {@link
 * dev.questream.encoder.BatchingEncoder}, which merges what all stream threads submit into batches
 * bounded by tokens. May import the JDK, SLF4J, Caffeine and {@code provenance} only.
 *
 * <p><b>Threading:</b> submitting threads never run the model; the encoder's own threads tokenize,
 * encode and complete the futures.
 */
package dev.questream.encoder;
