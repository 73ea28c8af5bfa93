package dev.questream.serde;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.questream.avro.Question;
import dev.questream.serde.SerdeConfig.InputFormat;
import dev.questream.serde.registry.ConfluentRegistryClient;
import dev.questream.serde.registry.SchemaRegistryException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;

/**
 * Reads questions in the configured format.
 *
 * <p>The id is settled here: the value's own, else the record's key, else none (empty).
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class QuestionDecoder {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(64 << 20).build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final InputFormat format;
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

  /**
   * Reads a question.
   *
   * @param key the record's key, may be null
   * @param value the record's value
   * @throws WireException if key or value are not what the format says
   * @throws SchemaRegistryException if the registry is needed and not reachable
   */
  public Question decode(byte[] key, byte[] value) {
    String keyId = id(key);
    Question question =
        switch (format) {
          case AVRO -> decodeAvro(value);
          case JSON -> decodeJson(Utf8.decode(value, "the record's value"));
          case TEXT -> new Question("", Utf8.decode(value, "the record's value"), Map.of(), 0L);
        };
    return question.getId().isEmpty() && !keyId.isEmpty()
        ? Question.newBuilder(question).setId(keyId).build()
        : question;
  }

  private Question decodeAvro(byte[] value) {
    GenericRecord raw = avro.decodeRaw(value);
    Map<String, String> metadata = new HashMap<>();
    ((Map<?, ?>) raw.get("metadata"))
        .forEach((key, text) -> metadata.put(strict(key), strict(text)));
    return new Question(
        strict(raw.get("id")), strict(raw.get("text")), metadata, (long) raw.get("asked_at_ms"));
  }

  /** Avro itself would replace malformed bytes silently. */
  private static String strict(Object string) {
    org.apache.avro.util.Utf8 utf8 = (org.apache.avro.util.Utf8) string;
    byte[] bytes = Arrays.copyOf(utf8.getBytes(), utf8.getByteLength());
    return Utf8.decode(bytes, "a string in the record");
  }

  private static Question decodeJson(String value) {
    JsonNode json;
    try {
      json = JSON.readTree(value);
    } catch (JsonProcessingException e) {
      throw new WireException("the value is no JSON: " + e.getOriginalMessage(), e);
    }
    if (!json.isObject() || !json.path("text").isTextual()) {
      throw new WireException("the value is no JSON object with a string \"text\"");
    }
    return new Question(
        jsonId(json.path("id")), json.path("text").asText(), metadata(json), askedAt(json));
  }

  private static String jsonId(JsonNode id) {
    if (id.isMissingNode() || id.isNull()) {
      return "";
    }
    if (id.isTextual() || id.isIntegralNumber()) {
      return Utf8.requireWellFormed(id.asText(), "\"id\"");
    }
    throw new WireException("\"id\" is neither a string nor a whole number");
  }

  private static Map<String, String> metadata(JsonNode json) {
    JsonNode node = json.path("metadata");
    Map<String, String> metadata = new HashMap<>();
    if (node.isMissingNode() || node.isNull()) {
      return metadata;
    }
    if (!node.isObject()) {
      throw new WireException("\"metadata\" is no JSON object");
    }
    node.properties()
        .forEach(
            field ->
                metadata.put(
                    Utf8.requireWellFormed(field.getKey(), "a name in \"metadata\""),
                    Utf8.requireWellFormed(
                        field.getValue().isTextual()
                            ? field.getValue().asText()
                            : field.getValue().toString(),
                        "a value in \"metadata\"")));
    return metadata;
  }

  private static long askedAt(JsonNode json) {
    JsonNode node = json.path("asked_at_ms");
    if (node.isMissingNode() || node.isNull()) {
      return 0;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new WireException("\"asked_at_ms\" is no whole number");
    }
    return node.asLong();
  }
}
