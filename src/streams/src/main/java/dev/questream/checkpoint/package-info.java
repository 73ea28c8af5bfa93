/**
 * A model as its authors publish it, in a folder or a jar: weights, tokenizer and configuration
 * with their provenance.
 *
 * <p>{@link dev.questream.checkpoint.PublishedModel} is the model, {@link
 * dev.questream.checkpoint.BertCheckpoint} the encoder that its tensors make up. {@link
 * dev.questream.checkpoint.StateDict} takes away what others put around their names. A pooling or a
 * module of sentence-transformers is a case of {@code SentenceModule}. May import {@code weights},
 * {@code encoder} for its enumerations, and Jackson.
 *
 * <p><b>Threading:</b> single-threaded use while a model is imported.
 */
package dev.questream.checkpoint;
