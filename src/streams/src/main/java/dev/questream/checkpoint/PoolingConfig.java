package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.encoder.Pooling;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The {@code config.json} of a Pooling module, in the forms of all versions of
 * sentence-transformers.
 *
 * @param file where it stands
 * @param modes names of poolings whose vectors are joined, in their order
 * @param includesPrompt whether the tokens of the prompt take part
 */
record PoolingConfig(Path file, List<String> modes, boolean includesPrompt) {
  /** A flag for each mode, as before version 5; in the order of the joined vector. */
  private static final Map<String, String> FLAGS = new LinkedHashMap<>();

  static {
    FLAGS.put("pooling_mode_cls_token", "cls");
    FLAGS.put("pooling_mode_max_tokens", "max");
    FLAGS.put("pooling_mode_mean_tokens", "mean");
    FLAGS.put("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens");
    FLAGS.put("pooling_mode_weightedmean_tokens", "weightedmean");
    FLAGS.put("pooling_mode_lasttoken", "lasttoken");
  }

  static PoolingConfig read(Path file) {
    JsonNode json = ModelJson.read(file);
    return new PoolingConfig(file, modes(json), json.path("include_prompt").asBoolean(true));
  }

  /** The mean where nothing is said. */
  private static List<String> modes(JsonNode json) {
    JsonNode mode = json.path("pooling_mode");
    List<String> modes = new ArrayList<>();
    if (mode.isMissingNode()) {
      FLAGS.forEach(
          (flag, name) -> {
            if (json.path(flag).asBoolean()) {
              modes.add(name);
            }
          });
    } else if (mode.isArray()) {
      mode.forEach(each -> modes.add(each.asText()));
    } else {
      modes.add(mode.asText());
    }
    return modes.isEmpty() ? List.of("mean") : List.copyOf(modes);
  }

  /**
   * The poolings, in their order.
   *
   * @throws ModelException if one of them is not known
   */
  List<Pooling> poolings() {
    return modes.stream().map(this::pooling).toList();
  }

  private Pooling pooling(String mode) {
    return Arrays.stream(Pooling.values())
        .filter(pooling -> pooling.label().equals(mode))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    "%s asks for the pooling %s; supported are %s"
                        .formatted(
                            file,
                            mode,
                            Stream.of(Pooling.values())
                                .map(Pooling::label)
                                .collect(Collectors.joining(", ")))));
  }
}
