package dev.questream.serde;

import dev.questream.provenance.VectorType;
import dev.questream.serde.fields.Envelope;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.fields.InputConfig.KeyFormat;
import dev.questream.serde.fields.Mapping;
import dev.questream.serde.registry.RegistryConfig;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;

/** The settings that serializers and deserializers take from a Kafka client's configuration. */
public final class SerdeConfig {
  public static final String SCHEMA_REGISTRY_URL = RegistryConfig.URL;
  public static final String INPUT_FORMAT = "input.format";
  public static final String OUTPUT_FORMAT = "output.format";
  public static final String OUTPUT_VECTOR = "output.vector";
  public static final String OUTPUT_KEY = "output.key";

  private SerdeConfig() {}

  /** How questions are written. */
  public enum InputFormat {
    /** {@code Question} records in Avro, in either framing. */
    AVRO,
    /** JSON objects with the fields of {@code Question}. */
    JSON,
    /** The value is the text, the key the id. */
    TEXT,
    /** Whichever of the others each record is in; Avro, where one is written. */
    AUTO
  }

  /** How embeddings are written. */
  public enum OutputFormat {
    /** {@code QuestionEmbedding} records in Avro. */
    AVRO,
    /** JSON objects with the fields of {@code QuestionEmbedding}. */
    JSON
  }

  /** What embeddings are keyed by. */
  public enum OutputKey {
    /** The question's id in UTF-8. */
    ID,
    /** The key of the record that asked, or deleted; its id, where that has none. */
    INPUT
  }

  /**
   * The settings of the fields of questions.
   *
   * @throws ConfigException if one is invalid, a file cannot be read, or it does not go with {@code
   *     input.format} or the registry
   */
  public static InputConfig input(Map<String, ?> settings) {
    InputConfig input = new InputConfig(settings);
    InputFormat format = inputFormat(settings);
    boolean avro = format == InputFormat.AVRO || format == InputFormat.AUTO;
    boolean files = !input.getList(InputConfig.SCHEMA_FILE).isEmpty();
    if (files && !avro && input.keyFormat() != KeyFormat.AVRO) {
      throw new ConfigException(
          "%s is set, but nothing is read as Avro: set %s=avro"
              .formatted(InputConfig.SCHEMA_FILE, INPUT_FORMAT));
    }
    if (format == InputFormat.TEXT && input.envelope() == Envelope.DEBEZIUM) {
      throw new ConfigException(
          "%s=debezium does not go with %s=text: set json or avro"
              .formatted(InputConfig.ENVELOPE, INPUT_FORMAT));
    }
    if (input.keyFormat() == KeyFormat.AVRO
        && !files
        && string(settings, SCHEMA_REGISTRY_URL, "").isBlank()) {
      throw new ConfigException(
          "%s=avro needs %s or %s"
              .formatted(InputConfig.KEY, SCHEMA_REGISTRY_URL, InputConfig.SCHEMA_FILE));
    }
    SchemaFiles.read(input.getList(InputConfig.SCHEMA_FILE));
    Optional<String> field = new Mapping(input).fieldOfText();
    if (format == InputFormat.TEXT && field.isPresent()) {
      throw new ConfigException(
          "%s=%s names a field, and with %s=text a value has none: set json or avro"
              .formatted(InputConfig.TEXT, field.get(), INPUT_FORMAT));
    }
    return input;
  }

  static InputFormat inputFormat(Map<String, ?> settings) {
    return choice(settings, INPUT_FORMAT, InputFormat.AVRO);
  }

  static OutputFormat outputFormat(Map<String, ?> settings) {
    return choice(settings, OUTPUT_FORMAT, OutputFormat.AVRO);
  }

  static VectorType outputVector(Map<String, ?> settings) {
    return choice(settings, OUTPUT_VECTOR, VectorType.FLOAT32);
  }

  private static <E extends Enum<E>> E choice(Map<String, ?> settings, String key, E preset) {
    String word = string(settings, key, preset.name());
    try {
      return Enum.valueOf(preset.getDeclaringClass(), word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(key, word, "must be one of " + choices(preset.getDeclaringClass()));
    }
  }

  private static <E extends Enum<E>> String choices(Class<E> type) {
    return String.join(
        ", ",
        Arrays.stream(type.getEnumConstants())
            .map(c -> c.name().toLowerCase(Locale.ROOT))
            .toList());
  }

  private static String string(Map<String, ?> settings, String key, String preset) {
    Object value = settings.get(key);
    return value == null ? preset : value.toString();
  }
}
