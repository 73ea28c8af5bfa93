/**
 * The live page: figures of the last minutes, and the way of a question that is asked on it.
 *
 * <p>Knows {@code http}, {@code processor} and {@code encoder}; what asks through Kafka is given to
 * it. <b>Threading:</b> figures are counted on stream threads and sampled on a thread of their own.
 */
package dev.questream.app.page;
