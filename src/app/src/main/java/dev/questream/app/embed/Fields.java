package dev.questream.app.embed;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the fields of a request; what is not understood is refused, never left out of account. */
final class Fields {
  private final JsonNode body;

  /**
   * @param known fields that are taken
   */
  Fields(JsonNode body, Set<String> known) {
    if (!body.isObject()) {
      throw Refusal.invalid(null, "the body must be a JSON object");
    }
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw Refusal.invalid(
            name, "the field %s is not known; these are: %s".formatted(name, sorted(known)));
      }
    }
    this.body = body;
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }

  /** A field that is there and not null. */
  Optional<JsonNode> find(String name) {
    return Optional.ofNullable(body.get(name)).filter(value -> !value.isNull());
  }

  /** A text, or several. */
  List<String> texts(String name) {
    JsonNode value = find(name).orElseThrow(() -> Refusal.invalid(name, name + " is missing"));
    if (value.isTextual()) {
      return List.of(value.textValue());
    }
    if (!value.isArray() || value.isEmpty()) {
      throw Refusal.invalid(name, name + " must be a string or a list of strings, at least one");
    }
    List<String> texts = new ArrayList<>(value.size());
    for (JsonNode text : value) {
      if (!text.isTextual()) {
        throw Refusal.invalid(name, notText(name, text));
      }
      texts.add(text.textValue());
    }
    return texts;
  }

  private static String notText(String name, JsonNode value) {
    return value.isNumber() || value.isArray()
        ? name
            + " must be strings: lists of tokens are not taken, because the model has its own; send"
            + " the texts"
        : name + " must be strings";
  }

  Optional<String> string(String name) {
    return find(name)
        .map(
            value -> {
              if (!value.isTextual()) {
                throw Refusal.invalid(name, name + " must be a string");
              }
              return value.textValue();
            });
  }

  Optional<Boolean> flag(String name) {
    return find(name)
        .map(
            value -> {
              if (!value.isBoolean()) {
                throw Refusal.invalid(name, name + " must be true or false");
              }
              return value.booleanValue();
            });
  }

  /** Vectors are not cut: that is right only for models that were trained for it. */
  void requireDimensions(int ofModel) {
    find("dimensions")
        .ifPresent(
            value -> {
              if (!value.isInt() || value.intValue() != ofModel) {
                throw Refusal.invalid(
                    "dimensions",
                    "the model has %d dimensions, and was not trained to be cut to %s"
                        .formatted(ofModel, value));
              }
            });
  }
}
