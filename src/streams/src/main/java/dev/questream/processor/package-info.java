/**
 * The way of a question through Kafka Streams: pending store, window, submission, harvest, dead
 * letters.
 *
 * <p>May import {@code encoder}, {@code provenance} and {@code serde}. <b>Threading:</b> everything
 * here runs on the stream thread that owns the task; the encoder's threads only complete futures.
 */
package dev.questream.processor;
