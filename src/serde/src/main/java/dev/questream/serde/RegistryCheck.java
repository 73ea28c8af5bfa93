package dev.questream.serde;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.registry.ConfluentRegistryClient;
import java.util.Map;

/** Tries the schema registry before anything depends on it. */
public final class RegistryCheck {

  private RegistryCheck() {}

  /**
   * Registers or looks up the schema of embeddings, if there is a registry and the format is Avro.
   *
   * @throws SchemaRegistryException if the registry is not reachable or refuses the schema
   */
  public static void embeddings(Map<String, ?> settings, String topic) {
    if (SerdeConfig.outputFormat(settings) == SerdeConfig.OutputFormat.AVRO) {
      QuestionEmbedding like = new QuestionEmbedding();
      like.put("vector_type", SerdeConfig.outputVector(settings).label());
      new AvroWire<>(QuestionEmbedding.class, ConfluentRegistryClient.configured(settings))
          .prepare(topic, like);
    }
  }
}
