/**
 * Kafka's broker in the same process: for the demo, the benchmarks and tests. Knows Kafka alone.
 *
 * <p><b>Threading:</b> a broker is started and closed by one thread.
 */
package dev.questream.broker;
