package dev.questream.serde;

import dev.questream.serde.SerdeConfig.InputFormat;
import dev.questream.serde.fields.Envelope;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.fields.InputConfig.KeyFormat;
import dev.questream.serde.registry.ConfluentRegistryClient;
import dev.questream.serde.registry.SchemaRegistry;
import dev.questream.serde.registry.SchemaRegistryException;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;

/** The schemas that somebody else's records of a topic are to be written in. */
final class TopicSchemas {
  private final InputConfig input;
  private final InputFormat format;
  private final Optional<SchemaRegistry> registry;
  private final String topic;

  TopicSchemas(Map<String, ?> settings, String topic) {
    this.input = SerdeConfig.input(settings);
    this.format = SerdeConfig.inputFormat(settings);
    this.registry = ConfluentRegistryClient.configured(settings);
    this.topic = topic;
  }

  /**
   * That of values; empty if they are no Avro.
   *
   * @throws ConfigException if they have one that is not known, or cannot be kept to
   * @throws SchemaRegistryException if the registry is not reachable
   */
  Optional<AvroTarget> ofValues() {
    if (format != InputFormat.AVRO
        && registry.flatMap(known -> known.latestJson(topic)).isPresent()) {
      throw refusal(
          "the topic %s has a JSON Schema, and whether a record would keep to it is not known here"
              .formatted(topic));
    }
    if (format == InputFormat.TEXT
        || format == InputFormat.JSON
        || input.envelope() == Envelope.CLOUDEVENTS) {
      return Optional.empty();
    }
    Optional<AvroTarget> found =
        SchemaFiles.read(input.getList(InputConfig.SCHEMA_FILE)).values().stream()
            .reduce((one, next) -> next) // it may use the types of those before it
            .map(AvroTarget::of)
            .or(() -> registry.flatMap(known -> known.latest(topic)).map(AvroTarget::of));
    if (found.isEmpty() && format == InputFormat.AVRO) {
      throw refusal(
          "the topic %s has no Avro schema in a registry, and %s names none"
              .formatted(topic, InputConfig.SCHEMA_FILE));
    }
    return found;
  }

  /** The same of keys. */
  Optional<AvroTarget> ofKeys() {
    KeyFormat written = input.keyFormat();
    if (written != KeyFormat.AVRO && written != KeyFormat.AUTO) {
      return Optional.empty();
    }
    Optional<AvroTarget> found =
        registry.flatMap(known -> known.latestOfKeys(topic)).map(AvroTarget::of);
    if (found.isEmpty() && written == KeyFormat.AVRO) {
      throw refusal("the keys of the topic %s have no schema in a registry".formatted(topic));
    }
    return found;
  }

  /** Says why questions cannot be written. */
  static ConfigException refusal(String why) {
    return new ConfigException(
        "questions cannot be written as records of your own, which input.* describes: "
            + why
            + "; let your own producer write them");
  }
}
