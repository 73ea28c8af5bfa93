/**
 * Measures the whole stream, from the call that sends a question to its committed embedding: what
 * it takes at most, latency under a rate, what the time goes into.
 *
 * <p><b>Threading:</b> one thread drives and receives, another sends; what they share says so.
 */
package dev.questream.lab.bench.stream;
