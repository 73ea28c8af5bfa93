package dev.questream.serde;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.SerdeConfig.OutputFormat;
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
  private AvroWire<QuestionEmbedding> avro =
      new AvroWire<>(QuestionEmbedding.class, Optional.empty());

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    format = SerdeConfig.outputFormat(configs);
    avro = new AvroWire<>(QuestionEmbedding.class, ConfluentRegistryClient.configured(configs));
  }

  /** Takes headers away that name the schema of the question that was here before. */
  @Override
  public byte[] serialize(String topic, Headers headers, QuestionEmbedding embedding) {
    HeaderSchema.removeFrom(headers);
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
