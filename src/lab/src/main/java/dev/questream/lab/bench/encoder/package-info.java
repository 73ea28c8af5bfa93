/**
 * Measures the encoder alone, and what share of the machine's rate of matrix products that is; and
 * steps of its training.
 *
 * <p><b>Threading:</b> one thread.
 */
package dev.questream.lab.bench.encoder;
