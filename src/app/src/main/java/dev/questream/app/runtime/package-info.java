/**
 * The running application: encoder, Kafka Streams, topics, readers, and the broker of the demo.
 *
 * <p><b>Threading:</b> lifecycle methods are called by one thread, {@code close} by any.
 */
package dev.questream.app.runtime;
