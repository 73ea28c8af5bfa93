package dev.questream.serde.fields;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Collection;
import java.util.Map;

/**
 * JSON that says nothing of what it stands for.
 *
 * @param raw the value
 */
public record JsonDatum(JsonNode raw) implements Datum {

  /** An object without fields. */
  public static final JsonDatum NOTHING = new JsonDatum(JsonNodeFactory.instance.objectNode());

  private static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(JsonLimits.NONE).build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // numbers as they are written
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /**
   * Reads JSON.
   *
   * @param what named in the message, such as "the value"
   * @throws FieldException if the text is none
   */
  public static JsonDatum parse(String text, String what) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node.isMissingNode()) {
        throw new FieldException(what + " is empty");
      }
      return new JsonDatum(node);
    } catch (JsonProcessingException e) {
      throw new FieldException(what + " is no JSON: " + e.getOriginalMessage(), e);
    } catch (NumberFormatException e) { // an exponent of over ten digits
      throw new FieldException(what + " has a number that cannot be read: " + e.getMessage(), e);
    }
  }

  /** A string. */
  public static JsonDatum text(String text) {
    return new JsonDatum(JsonNodeFactory.instance.textNode(text));
  }

  /** A whole number. */
  public static JsonDatum number(long number) {
    return new JsonDatum(JsonNodeFactory.instance.numberNode(number));
  }

  @Override
  public Datum field(String name) {
    return of(raw.get(name));
  }

  @Override
  public Datum item(int index) {
    return raw instanceof ArrayNode ? of(raw.get(index)) : null;
  }

  private static Datum of(JsonNode node) {
    return node == null ? null : new JsonDatum(node);
  }

  @Override
  public Collection<String> names() {
    return raw.properties().stream().map(Map.Entry::getKey).toList();
  }

  @Override
  public JsonNode json() {
    return raw;
  }
}
