package dev.questream.serde;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.questream.avro.Question;
import dev.questream.serde.SerdeConfig.InputFormat;
import dev.questream.serde.registry.ConfluentRegistryClient;
import dev.questream.serde.registry.SchemaRegistryException;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Reads questions in the configured format.
 *
 * <p>The id is settled here: the value's own, else the record's key, else none (empty).
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class QuestionDecoder {
  private static final JsonMapper JSON =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(JsonLimits.NONE).build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // numbers as they are written
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final String VALUE = "the record's value";

  private final InputFormat format;
  private final QuestionSchemas schemas = new QuestionSchemas();
  private final AvroWire<Question> avro;

  /**
   * @param settings {@code input.format} and {@code schema.registry.url}
   */
  public QuestionDecoder(Map<String, ?> settings) {
    this.format = SerdeConfig.inputFormat(settings);
    this.avro = new AvroWire<>(Question.class, ConfluentRegistryClient.configured(settings));
  }

  /**
   * The id that a key stands for.
   *
   * @param key the record's key, may be null
   * @return the key as text, empty without one
   * @throws WireException if it is not UTF-8
   */
  public static String id(byte[] key) {
    return key == null ? "" : Utf8.decode(key, "the record's key");
  }

  /** Reads a question of a record without headers. */
  public Question decode(byte[] key, byte[] value) {
    return decode(key, value, new RecordHeaders());
  }

  /**
   * Reads a question.
   *
   * @param key the record's key, may be null; only looked at if the value has no id
   * @param value the record's value
   * @param headers the record's headers, which may name the value's schema
   * @throws WireException if the value, or the key where it counts, is not what the format says
   * @throws SchemaRegistryException if the registry is needed and not reachable
   */
  public Question decode(byte[] key, byte[] value, Headers headers) {
    Question question = decode(format, value, headers);
    return question.getId().isEmpty() && key != null
        ? new Question(id(key), question.getText(), question.getMetadata(), question.getAskedAtMs())
        : question;
  }

  private Question decode(InputFormat as, byte[] value, Headers headers) {
    return switch (as) {
      case AVRO -> decodeAvro(value, headers);
      case JSON -> decodeJson(text(Framing.withoutSchemaId(value)));
      case TEXT -> new Question("", text(value), Map.of(), 0L);
      case AUTO -> decode(recognized(value, headers), value, headers);
    };
  }

  /** By what cannot be anything else; docs/connect.md lists what could. */
  private static InputFormat recognized(byte[] value, Headers headers) {
    if (Framing.isSingleObject(value)) {
      return InputFormat.AVRO;
    }
    byte[] content = Framing.withoutSchemaId(value);
    if (content != value || HeaderSchema.of(headers).isPresent()) {
      return isJsonObject(content) ? InputFormat.JSON : InputFormat.AVRO;
    }
    if (Framing.isRegistered(value)) {
      return InputFormat.AVRO;
    }
    return Framing.beginsJsonObject(value) ? InputFormat.JSON : InputFormat.TEXT;
  }

  private static boolean isJsonObject(byte[] value) {
    try {
      return JSON.readTree(Utf8.decodeText(value, VALUE)).isObject();
    } catch (JsonProcessingException | WireException e) {
      return false;
    }
  }

  private static String text(byte[] value) {
    if (Framing.isAvro(value)) {
      throw new WireException(
          "%s is no text: %s"
              .formatted(VALUE, Framing.looksLike("Avro", SerdeConfig.INPUT_FORMAT)));
    }
    return Utf8.decodeText(value, VALUE);
  }

  private Question decodeAvro(byte[] value, Headers headers) {
    try {
      return AvroQuestion.question(avro.decodeWritten(value, headers, schemas::of));
    } catch (StackOverflowError e) { // a schema that holds itself
      throw new WireException("the value is nested too deep", e);
    }
  }

  private static Question decodeJson(String value) {
    try {
      return QuestionJson.question(JSON.readTree(value));
    } catch (JsonProcessingException e) {
      throw new WireException("the value is no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
