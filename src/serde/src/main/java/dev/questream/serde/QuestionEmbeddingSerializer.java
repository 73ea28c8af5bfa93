package dev.questream.serde;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.SerdeConfig.OutputFormat;
import dev.questream.serde.fields.Envelope;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.registry.ConfluentRegistryClient;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes embeddings: Avro by default (single-object encoding, or Confluent's framing with {@code
 * schema.registry.url}), JSON with {@code output.format=json}.
 */
public final class QuestionEmbeddingSerializer implements Serializer<QuestionEmbedding> {
  private OutputFormat format = OutputFormat.AVRO;
  private boolean ofEvents;
  private AvroWire<QuestionEmbedding> avro =
      new AvroWire<>(QuestionEmbedding.class, Optional.empty());

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    format = SerdeConfig.outputFormat(configs);
    ofEvents = new InputConfig(configs).envelope() == Envelope.CLOUDEVENTS;
    avro = new AvroWire<>(QuestionEmbedding.class, ConfluentRegistryClient.configured(configs));
  }

  /** Takes headers away that say how the question that was here before was written. */
  @Override
  public byte[] serialize(String topic, Headers headers, QuestionEmbedding embedding) {
    HeaderSchema.removeFrom(headers);
    if (ofEvents) {
      HeaderSchema.removeEventFrom(headers);
    }
    return serialize(topic, embedding);
  }

  @Override
  public byte[] serialize(String topic, QuestionEmbedding embedding) {
    if (embedding == null) {
      return null;
    }
    return switch (format) {
      case AVRO -> avro.encode(topic, embedding);
      case JSON -> EmbeddingJson.write(embedding);
    };
  }
}
