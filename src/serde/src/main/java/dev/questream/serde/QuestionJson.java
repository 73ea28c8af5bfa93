package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.avro.Question;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A question out of a JSON object with its fields; what is left out or null is its default. */
final class QuestionJson {
  private QuestionJson() {}

  /**
   * The question, with an empty id if it has none.
   *
   * @throws WireException if it is no object with a text, or a field is of another type
   */
  static Question question(JsonNode json) {
    JsonNode text = json.path("text");
    if (!json.isObject() || !text.isTextual()) {
      throw new WireException(
          "the value is no JSON object with a string \"text\"%s"
              .formatted(text.isMissingNode() ? "" : ", it is " + found(text)));
    }
    return new Question(
        id(json.path("id")),
        text.textValue(),
        metadata(json.path("metadata")),
        askedAt(json.path("asked_at_ms")));
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static String id(JsonNode id) {
    if (isAbsent(id)) {
      return "";
    }
    if (id.isTextual() || id.isIntegralNumber()) {
      return Utf8.requireWellFormed(id.asText(), "\"id\"");
    }
    throw new WireException("\"id\" is neither a string nor a whole number, it is " + found(id));
  }

  private static Map<String, String> metadata(JsonNode node) {
    Map<String, String> metadata = new HashMap<>();
    if (isAbsent(node)) {
      return metadata;
    }
    if (!node.isObject()) {
      throw new WireException("\"metadata\" is no object, it is " + found(node));
    }
    node.properties()
        .forEach(
            field ->
                metadata.put(
                    Utf8.requireWellFormed(field.getKey(), "a name in \"metadata\""),
                    Utf8.requireWellFormed(
                        field.getValue().isTextual()
                            ? field.getValue().textValue()
                            : field.getValue().toString(),
                        "a value in \"metadata\"")));
    return metadata;
  }

  private static long askedAt(JsonNode node) {
    if (isAbsent(node)) {
      return 0;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new WireException(
          "\"asked_at_ms\" is no whole number of 64 bits, it is " + found(node));
    }
    return node.longValue();
  }

  private static String found(JsonNode node) {
    return node.isNumber()
        ? "the number " + node.asText()
        : "of the type " + node.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
