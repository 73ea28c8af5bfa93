/**
 * What an encoder is: texts in, {@link dev.questream.encoder.Embedding embeddings} out, through the
 * futures of a {@link dev.questream.encoder.QuestionEncoder}; and {@link
 * dev.questream.encoder.EncoderBackend}, the model behind it. May import {@code provenance}.
 *
 * <p><b>Threading:</b> submitting threads never run the model; futures are completed on threads of
 * the encoder.
 */
package dev.questream.encoder;
