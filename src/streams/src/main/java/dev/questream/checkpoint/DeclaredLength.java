package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.weights.ModelException;
import java.nio.file.Path;
import java.util.OptionalInt;

/** A length in tokens that a model's file declares. */
final class DeclaredLength {
  /** The special tokens and one of the text. */
  private static final int MIN_TOKENS = 3;

  private DeclaredLength() {}

  /**
   * Reads a length; none where there is no number, or one without bounds such as {@code
   * transformers}' 1e30.
   *
   * @throws ModelException if it leaves no room for a text
   */
  static OptionalInt of(Path file, JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (!value.isNumber() || !value.canConvertToInt()) {
      return OptionalInt.empty();
    }
    int tokens = value.intValue();
    if (tokens < MIN_TOKENS) {
      throw new ModelException(
          "%s has %s=%d; at least %d tokens are needed".formatted(file, key, tokens, MIN_TOKENS));
    }
    return OptionalInt.of(tokens);
  }
}
