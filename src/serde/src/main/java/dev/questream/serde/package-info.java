/**
 * Records on the wire: Avro with or without a schema registry, JSON, plain text; and the schema
 * registry itself, which no other package knows.
 *
 * <p>The classes of the records are generated from {@code schemas/}. {@link
 * dev.questream.serde.QuestionEmbeddingSerializer} and {@link
 * dev.questream.serde.QuestionEmbeddingDeserializer} can be used by any Kafka client: the jar with
 * the classifier {@code serde} holds this package and {@code avro} alone, and needs Avro, Jackson
 * and Kafka's clients, of which this package may import the common classes.
 *
 * <p><b>Threading:</b> serializers and deserializers are safe for any thread once they are
 * configured.
 */
package dev.questream.serde;
