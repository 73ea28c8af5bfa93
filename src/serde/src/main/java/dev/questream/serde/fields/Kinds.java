package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Words for what was found instead of what was wanted. */
final class Kinds {
  private Kinds() {}

  static String of(Datum datum) {
    return of(datum.meaning(), datum.raw());
  }

  static String of(String meaning, JsonNode node) {
    if (!meaning.isEmpty()) {
      return "of the type " + meaning;
    }
    if (node.isObject() && node.isEmpty()) {
      return "an empty object";
    }
    return node.isNumber()
        ? "the number " + node.asText()
        : "of the type " + node.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
