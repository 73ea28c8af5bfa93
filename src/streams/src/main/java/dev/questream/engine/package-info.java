/**
 * Runs encoders on libtorch: imports a model once, tokenizes, runs packed batches.
 *
 * <p>The only package that knows {@code ai.djl}. <b>Threading:</b> a {@link
 * dev.questream.engine.TorchBackend}'s tokenizer is shared; each session belongs to one worker
 * thread and runs libtorch with one thread.
 */
package dev.questream.engine;
