/**
 * The running application: encoder, Kafka Streams, metrics, and the HTTP endpoints that speak for
 * it.
 *
 * <p><b>Threading:</b> lifecycle methods are called by one thread, {@code close} by any.
 */
package dev.questream.app.runtime;
