package dev.questream.app.embed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.encoder.EncoderInfo;
import dev.questream.provenance.VectorType;
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

  /**
   * The dimensions that are asked for: all, or a size that the model was trained for. Only vectors
   * of float32 can be cut and be the same as if they had been cut before.
   */
  int dimensions(EncoderInfo encoder) {
    int all = encoder.dimensions();
    Optional<JsonNode> asked = find("dimensions");
    if (asked.isEmpty() || asked.get().isInt() && asked.get().intValue() == all) {
      return all;
    }
    List<Integer> sizes =
        encoder.vectorType() == VectorType.FLOAT32
            ? encoder.sizes().stream().filter(size -> size < all).toList()
            : List.of();
    if (!asked.get().isInt() || !sizes.contains(asked.get().intValue())) {
      String vectors = encoder.provenance().computed().describeVector();
      throw Refusal.invalid(
          "dimensions",
          sizes.isEmpty()
              ? "the vectors here have %s, and are not cut to %s; the setting output.dimensions cuts"
                      .formatted(vectors, asked.get())
                  + " those of stream and requests alike"
              : "the vectors here have %s, and the model was trained to be cut to %s, not to %s"
                  .formatted(vectors, sizes, asked.get()));
    }
    return asked.get().intValue();
  }
}
