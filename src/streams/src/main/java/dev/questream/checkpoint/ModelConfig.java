package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a model's {@code config.json} declares. Old configs omit dimensions; those come from the
 * weights.
 */
public final class ModelConfig {
  private static final double DEFAULT_EPSILON = 1e-12;

  private final JsonNode json;

  private ModelConfig(JsonNode json) {
    this.json = json;
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws ModelException if it is no JSON object or asks for an activation that is not supported
   */
  static ModelConfig read(Path file) {
    return new ModelConfig(ModelJson.read(file)).checked(file.toString());
  }

  /** Reads a {@code config.json} that is no file of its own. */
  static ModelConfig parse(byte[] content, String name) {
    return new ModelConfig(ModelJson.parse(content, name)).checked(name);
  }

  private ModelConfig checked(String name) {
    if (!json.isObject()) {
      throw new ModelException(name + " is no JSON object");
    }
    String activation = json.path("hidden_act").asText("gelu");
    if (!activation.equals("gelu")) {
      throw new ModelException(
          "%s asks for the activation %s; BERT encoders with gelu (erf) are supported"
              .formatted(name, activation));
    }
    return this;
  }

  /** A config that declares nothing. */
  static ModelConfig empty() {
    return new ModelConfig(JsonNodeFactory.instance.objectNode());
  }

  Optional<Integer> attentionHeads() {
    JsonNode heads = json.path("num_attention_heads");
    return heads.isInt() ? Optional.of(heads.intValue()) : Optional.empty();
  }

  double layerNormEpsilon() {
    return json.path("layer_norm_eps").asDouble(DEFAULT_EPSILON);
  }

  /** What is declared here and differs from what the tensors show, each as a sentence. */
  List<String> contradictions(BertConfig found) {
    List<String> said = new ArrayList<>();
    compare("num_hidden_layers", found.layers(), said);
    compare("hidden_size", found.hidden(), said);
    compare("intermediate_size", found.intermediate(), said);
    compare("vocab_size", found.vocabulary(), said);
    compare("max_position_embeddings", found.maxPositions(), said);
    compare("projection_dim", found.projection(), said);
    return said;
  }

  private void compare(String key, int found, List<String> said) {
    JsonNode value = json.path(key);
    if (value.isInt() && value.intValue() != found) {
      said.add(
          "config.json says %s=%d, the tensors say %d".formatted(key, value.intValue(), found));
    }
  }

  /** The declaration itself, as JSON. */
  @Override
  public String toString() {
    return json.toString();
  }
}
