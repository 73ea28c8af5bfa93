/**
 * Runs models on libtorch: imports a model once, tokenizes, runs packed batches; multiplies
 * matrices for the exact search and for the benchmark.
 *
 * <p>The only package that knows {@code ai.djl}. May also import {@code encoder}, {@code
 * provenance}, {@code checkpoint}, {@code weights} and {@code torchscript}.
 *
 * <p><b>Threading:</b> opening runs on the caller's thread. A {@link
 * dev.questream.engine.TorchBackend}'s tokenizer is shared; each session belongs to one worker
 * thread and runs libtorch with one thread, or a few while it is alone.
 */
package dev.questream.engine;
