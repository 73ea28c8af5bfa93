/**
 * A published model on disk, or bundled in a jar, becomes named weights with their provenance.
 *
 * <p>Readers are lazy: a checkpoint is mapped into memory and a tensor is read when it is asked
 * for. Every reader treats its file as untrusted and reports damage as {@link
 * dev.questream.checkpoint.ModelException}. May import {@code encoder} for its enumerations,
 * Jackson and protobuf's wire-format reader.
 *
 * <p><b>Threading:</b> single-threaded use while a model is imported.
 */
package dev.questream.checkpoint;
