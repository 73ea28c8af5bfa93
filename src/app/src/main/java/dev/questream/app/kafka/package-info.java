/**
 * What the commands and the running application share of Kafka: topics and their rights, readers
 * and producers, and refusals in words.
 *
 * <p>May know {@code app.console}, {@code config} and {@code serde}.
 *
 * <p><b>Threading:</b> a reader or scan belongs to one thread.
 */
package dev.questream.app.kafka;
