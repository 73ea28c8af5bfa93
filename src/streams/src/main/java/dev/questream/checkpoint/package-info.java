/**
 * Reads a model: what lies in a folder, or in a jar, becomes named weights with their provenance.
 *
 * <p>{@link dev.questream.checkpoint.PublishedModel} is the model, {@link
 * dev.questream.checkpoint.Checkpoint} its tensors, {@link dev.questream.checkpoint.BertCheckpoint}
 * the encoder that they make up. What is added is a row or a case in one place: a format of weight
 * files in {@link dev.questream.checkpoint.WeightFormat}, a family in {@code StateDictLayout}, a
 * pooling or a module of sentence-transformers in {@code SentenceModule}.
 *
 * <p>Readers are lazy: a checkpoint is mapped into memory and a tensor is read when it is asked
 * for. Every reader treats its file as untrusted and reports damage as {@link
 * dev.questream.checkpoint.ModelException}. May import {@code encoder} for its enumerations,
 * Jackson and protobuf's wire-format reader.
 *
 * <p><b>Threading:</b> single-threaded use while a model is imported.
 */
package dev.questream.checkpoint;
