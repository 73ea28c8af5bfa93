package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a model says of its first dimensions (Kusupati et al. 2022, Matryoshka representation
 * learning).
 *
 * @param sizes dimensions that it was trained to be cut to, growing; empty if it does not say
 * @param preset dimensions that sentence-transformers cuts to unless it is told otherwise
 */
public record Matryoshka(List<Integer> sizes, OptionalInt preset) {
  /** A model that says nothing. */
  static final Matryoshka NONE = new Matryoshka(List.of(), OptionalInt.empty());

  private static final String PRESET = "truncate_dim";
  private static final List<String> SIZES = List.of("matryoshka_dims", "matryoshka_dimensions");

  /**
   * Reads what the files of a folder say.
   *
   * @throws ModelException if one of them is no JSON, or names a size that is no whole number from
   *     1
   */
  static Matryoshka in(Path folder) {
    Set<Integer> sizes = new TreeSet<>();
    OptionalInt preset = OptionalInt.empty();
    for (String name : List.of(ModelFiles.CONFIG, ModelFiles.SENTENCE_TRANSFORMERS)) {
      Path file = folder.resolve(name);
      if (!Files.exists(file)) {
        continue;
      }
      JsonNode json = ModelJson.read(file);
      for (String key : SIZES) {
        json.path(key).forEach(size -> sizes.add(size(file, key, size)));
      }
      if (json.hasNonNull(PRESET)) {
        preset = OptionalInt.of(size(file, PRESET, json.path(PRESET)));
        sizes.add(preset.getAsInt());
      }
    }
    return new Matryoshka(List.copyOf(sizes), preset);
  }

  private static int size(Path file, String key, JsonNode value) {
    if (!value.isInt() || value.intValue() < 1) {
      throw new ModelException(
          "%s has %s=%s; a whole number of dimensions is needed".formatted(file, key, value));
    }
    return value.intValue();
  }
}
