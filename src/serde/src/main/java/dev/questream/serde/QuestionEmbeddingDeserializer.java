package dev.questream.serde;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.registry.ConfluentRegistryClient;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads embeddings in any format that {@link QuestionEmbeddingSerializer} writes; which one it is
 * shows in the first byte. Confluent's framing needs {@code schema.registry.url}.
 */
public final class QuestionEmbeddingDeserializer implements Deserializer<QuestionEmbedding> {
  private AvroWire<QuestionEmbedding> avro =
      new AvroWire<>(QuestionEmbedding.class, Optional.empty());

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    avro = new AvroWire<>(QuestionEmbedding.class, ConfluentRegistryClient.configured(configs));
  }

  /**
   * Reads an embedding.
   *
   * @throws WireException if the bytes are no embedding
   */
  @Override
  public QuestionEmbedding deserialize(String topic, byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    return bytes.length > 0 && bytes[0] == '{' ? EmbeddingJson.read(bytes) : avro.decode(bytes);
  }
}
