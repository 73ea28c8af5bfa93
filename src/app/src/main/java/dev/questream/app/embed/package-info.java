/**
 * Vectors over HTTP, at once: the protocols of OpenAI and of text-embeddings-inference in front of
 * the encoder that the stream uses.
 *
 * <p>Knows {@code http}, {@code io} and the encoder; no Kafka. <b>Threading:</b> requests come on
 * the server's threads, which hand their texts over and wait for nothing; answers are written on a
 * thread of this package.
 */
package dev.questream.app.embed;
