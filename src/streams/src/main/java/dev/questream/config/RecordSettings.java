package dev.questream.config;

import static dev.questream.config.QuestreamConfig.HTTP_ASK_ENABLED;
import static dev.questream.config.QuestreamConfig.INPUT_FORMAT;
import static dev.questream.config.QuestreamConfig.MAX_QUESTION_BYTES;
import static dev.questream.config.QuestreamConfig.OUTPUT_DIMENSIONS;
import static dev.questream.config.QuestreamConfig.OUTPUT_FORMAT;
import static dev.questream.config.QuestreamConfig.OUTPUT_KEY;
import static dev.questream.config.QuestreamConfig.OUTPUT_SERIALIZER;
import static dev.questream.config.QuestreamConfig.OUTPUT_VECTOR;
import static dev.questream.config.QuestreamConfig.UNCHANGED;
import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import dev.questream.provenance.VectorType;
import dev.questream.serde.QuestionEmbeddingSerializer;
import dev.questream.serde.QuestionWriter;
import dev.questream.serde.SerdeConfig;
import java.util.Arrays;
import java.util.Locale;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serializer;

/** How records are written, and how large they may be. */
final class RecordSettings {
  private static final ConfigDef.Validator SERIALIZER =
      ConfigDef.LambdaValidator.with(
          (name, value) -> {
            if (!Serializer.class.isAssignableFrom((Class<?>) value)) {
              throw new ConfigException(name, value, "is no Kafka Serializer");
            }
          },
          () -> "a Kafka Serializer");

  static final String SKIP = "skip";

  private RecordSettings() {}

  /**
   * Checks what belongs together.
   *
   * @throws ConfigException if it does not
   */
  static void check(QuestreamConfig config) {
    SerdeConfig.input(config.serdeSettings());
    if (config.getBoolean(HTTP_ASK_ENABLED)) {
      try {
        QuestionWriter.check(config.serdeSettings());
      } catch (ConfigException e) {
        throw new ConfigException(HTTP_ASK_ENABLED + "=true: " + e.getMessage());
      }
    }
    if (config.skipsUnchanged() && !config.exactlyOnce()) {
      throw new ConfigException(
          UNCHANGED
              + "=skip needs processing.guarantee=exactly_once_v2: with at_least_once a crash could"
              + " keep a question's digest and lose its embedding, and nobody would ask again; set"
              + " unchanged=embed or exactly_once_v2");
    }
  }

  private static ValidString oneOf(Enum<?>[] formats) {
    return ValidString.in(
        Arrays.stream(formats)
            .map(format -> format.name().toLowerCase(Locale.ROOT))
            .toArray(String[]::new));
  }

  static ConfigDef define() {
    return new ConfigDef()
        .define(
            INPUT_FORMAT,
            Type.STRING,
            "avro",
            oneOf(SerdeConfig.InputFormat.values()),
            HIGH,
            "Format of questions: avro (schemas/Question.avsc, as Avro single-object encoding or,"
                + " with a registry, in Confluent's framing), json (an object with the same"
                + " fields), text (the value is the question, the key its id) or auto (whichever of"
                + " them each record is in; docs/connect.md).")
        .define(
            OUTPUT_FORMAT,
            Type.STRING,
            "avro",
            oneOf(SerdeConfig.OutputFormat.values()),
            HIGH,
            "Format of embeddings: avro (schemas/QuestionEmbedding.avsc, as Avro single-object"
                + " encoding or, with a registry, in Confluent's framing) or json (an object with"
                + " the same fields).")
        .define(
            OUTPUT_KEY,
            Type.STRING,
            "id",
            oneOf(SerdeConfig.OutputKey.values()),
            MEDIUM,
            "Key of embeddings and deletions: id (the question's, in UTF-8) or input (that of the"
                + " record, byte for byte, so that they join with your other topics; without one"
                + " the id). Where the key is not the id, the header questream.id is.")
        .define(
            OUTPUT_DIMENSIONS,
            Type.INT,
            0,
            atLeast(0),
            MEDIUM,
            "Keep the first so many dimensions of each vector, scaled to length one again if the"
                + " model does so. Right for models that were trained for it (Matryoshka); others"
                + " lose much (docs/evaluate.md measures it). 0: what the model's files say"
                + " (truncate_dim), else all.")
        .define(
            OUTPUT_VECTOR,
            Type.STRING,
            VectorType.FLOAT32.label(),
            ValidString.in(VectorType.labels().toArray(String[]::new)),
            MEDIUM,
            "The numbers of each vector: float32; int8 (127 times the model's, rounded; for models"
                + " that scale to length one); binary or ubinary (a bit for each dimension, eight in"
                + " a signed or an unsigned byte). Which store takes what is in docs/connect.md."
                + " Passages must have the same.")
        .define(
            OUTPUT_SERIALIZER,
            Type.CLASS,
            QuestionEmbeddingSerializer.class,
            SERIALIZER,
            LOW,
            "Serializer of embeddings, for a format of your own. It is configured with all settings"
                + " and must be safe for use by several threads.")
        .define(
            MAX_QUESTION_BYTES,
            Type.INT,
            900_000,
            between(1, 100_000_000),
            LOW,
            "A question with more bytes of key, value and headers goes to the dead letters, as does"
                + " one whose embedding is larger than max.message.bytes of its topic allows.")
        .define(
            UNCHANGED,
            Type.STRING,
            "embed",
            ValidString.in("embed", SKIP),
            MEDIUM,
            "A question with the same text, title and metadata as the latest of its id: embed it"
                + " again, or skip it. skip keeps a digest of each id's latest question in a store of"
                + " its own and needs exactly_once_v2 (docs/your-topic.md).");
  }
}
