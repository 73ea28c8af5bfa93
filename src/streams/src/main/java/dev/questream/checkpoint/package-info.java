/**
 * A model as its authors publish it, in a folder or a jar: weights, tokenizer and configuration
 * with their provenance.
 *
 * <p>{@link dev.questream.checkpoint.PublishedModel} is the model, {@link
 * dev.questream.checkpoint.EncoderCheckpoint} the encoder that its tensors make up, {@link
 * dev.questream.checkpoint.StateDict} those tensors by their plain names. A family of encoders is a
 * {@code Family}, a pooling or a module of sentence-transformers a case of {@link
 * dev.questream.checkpoint.SentenceModule}. May import {@code weights}, {@code encoder} for its
 * enumerations, and Jackson.
 *
 * <p><b>Threading:</b> single-threaded use while a model is imported.
 */
package dev.questream.checkpoint;
