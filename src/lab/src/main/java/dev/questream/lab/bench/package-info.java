/**
 * Measures the encoder alone and the whole stream: rounds with their spread, latency under a rate,
 * what the time goes into. Nothing here runs in production.
 *
 * <p><b>Threading:</b> a benchmark is driven by one thread; what others share with it says so.
 */
package dev.questream.lab.bench;
