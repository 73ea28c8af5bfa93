package dev.questream.serde;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.SerdeConfig.InputFormat;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.fields.Mapping;
import dev.questream.serde.registry.ConfluentRegistryClient;
import dev.questream.serde.registry.SchemaRegistry;
import dev.questream.serde.registry.SchemaRegistryException;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;

/** Tries the schema registry before anything depends on it. */
public final class RegistryCheck {

  private RegistryCheck() {}

  /**
   * Holds the fields that questions are made of against the schemas that are known: those in files,
   * and the topic's latest in the registry, if there is one.
   *
   * @throws ConfigException if a schema has not a field; the message names the nearest
   * @throws SchemaRegistryException if the registry is not reachable
   */
  public static void questions(Map<String, ?> settings, String topic) {
    InputConfig input = SerdeConfig.input(settings);
    InputFormat format = SerdeConfig.inputFormat(settings);
    if (!input.isForeign() || format == InputFormat.TEXT) {
      return;
    }
    Mapping mapping = new Mapping(input);
    Optional<SchemaRegistry> registry = ConfluentRegistryClient.configured(settings);
    String whose = "of the topic " + topic;
    if (format != InputFormat.AVRO) {
      registry
          .flatMap(known -> known.latestJson(topic))
          .ifPresent(
              schema ->
                  new JsonSchemaPaths(mapping, input.envelope(), schema).require(schema, whose));
    }
    if (format == InputFormat.JSON) {
      return;
    }
    AvroPaths paths = new AvroPaths(mapping, input.envelope());
    SchemaFiles.read(input.getList(InputConfig.SCHEMA_FILE))
        .values()
        .forEach(schema -> paths.require(schema, "of " + InputConfig.SCHEMA_FILE));
    registry
        .flatMap(known -> known.latest(topic))
        .ifPresent(latest -> paths.require(latest.schema(), whose));
  }

  /**
   * Registers or looks up the schema of embeddings, if there is a registry and the format is Avro.
   *
   * @param passages whether they are of passages, which say how they were written
   * @throws SchemaRegistryException if the registry is not reachable or refuses the schema
   */
  public static void embeddings(Map<String, ?> settings, String topic, boolean passages) {
    if (SerdeConfig.outputFormat(settings) == SerdeConfig.OutputFormat.AVRO) {
      QuestionEmbedding like = new QuestionEmbedding();
      like.put("vector_type", SerdeConfig.outputVector(settings).label());
      like.put("passage_template", passages ? "any" : "");
      new AvroWire<>(QuestionEmbedding.class, ConfluentRegistryClient.configured(settings))
          .prepare(topic, like);
    }
  }
}
