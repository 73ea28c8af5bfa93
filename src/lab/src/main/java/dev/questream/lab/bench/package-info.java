/**
 * What the benchmarks of the encoder and of the stream share: their options, rounds with their
 * spread, latencies, the machine, the report. Nothing here runs in production.
 *
 * <p><b>Threading:</b> a benchmark is driven by one thread; what others share with it says so.
 */
package dev.questream.lab.bench;
