/**
 * Records on the wire: Avro with or without a schema registry, JSON, plain text.
 *
 * <p>The classes of the records are generated from {@code schemas/}. {@link
 * dev.questream.serde.QuestionEmbeddingSerializer} and {@link
 * dev.questream.serde.QuestionEmbeddingDeserializer} serve any Kafka client. May import Avro,
 * Jackson and the common classes of Kafka's clients.
 *
 * <p><b>Threading:</b> serializers and deserializers are safe for any thread once they are
 * configured.
 */
package dev.questream.serde;
