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
 *
 * <p>Where DistilBERT and ModernBERT have names of their own for a fact, both are read.
 */
public final class ModelConfig {
  private static final List<String> HEADS = List.of("num_attention_heads", "n_heads");
  private static final List<String> LAYERS = List.of("num_hidden_layers", "n_layers");
  private static final List<String> HIDDEN = List.of("hidden_size", "dim");
  private static final List<String> INTERMEDIATE = List.of("intermediate_size", "hidden_dim");
  private static final List<String> EPSILON = List.of("layer_norm_eps", "norm_eps");
  private static final List<String> ACTIVATION =
      List.of("hidden_act", "activation", "hidden_activation");

  private static final List<String> DROPOUT =
      List.of("hidden_dropout_prob", "dropout", "mlp_dropout");
  private static final List<String> ATTENTION_DROPOUT =
      List.of("attention_probs_dropout_prob", "attention_dropout");
  private static final double CUSTOMARY_DROPOUT = 0.1;

  private final JsonNode json;
  private final String name;

  private ModelConfig(JsonNode json, String name) {
    this.json = json;
    this.name = name;
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws ModelException if it is no JSON object or asks for what is not supported
   */
  static ModelConfig read(Path file) {
    return new ModelConfig(ModelJson.read(file), file.toString()).checked();
  }

  /** Reads a {@code config.json} that is no file of its own. */
  static ModelConfig parse(byte[] content, String name) {
    return new ModelConfig(ModelJson.parse(content, name), name).checked();
  }

  private ModelConfig checked() {
    if (!json.isObject()) {
      throw new ModelException(name + " is no JSON object");
    }
    Families.declared(this);
    activation();
    if (flag("is_decoder")) {
      throw refused("is_decoder, a decoder; encoders are supported");
    }
    String positions = text("position_embedding_type").orElse("absolute");
    if (!positions.equals("absolute")) {
      throw refused("position_embedding_type=%s; absolute is supported".formatted(positions));
    }
    return this;
  }

  /** A config that declares nothing. */
  static ModelConfig empty() {
    return new ModelConfig(JsonNodeFactory.instance.objectNode(), "config.json");
  }

  Optional<Integer> attentionHeads() {
    return whole(HEADS);
  }

  double layerNormEpsilon(double preset) {
    return number(EPSILON, preset);
  }

  /** What it was trained with. */
  public Dropout dropout() {
    return new Dropout(
        number(DROPOUT, CUSTOMARY_DROPOUT), number(ATTENTION_DROPOUT, CUSTOMARY_DROPOUT));
  }

  private double number(List<String> keys, double preset) {
    return keys.stream().flatMap(key -> number(key).stream()).findFirst().orElse(preset);
  }

  /** Of the feed-forward block. */
  Activation activation() {
    return ACTIVATION.stream()
        .flatMap(key -> text(key).stream())
        .findFirst()
        .map(activation -> Activation.named(activation, name))
        .orElse(Activation.GELU);
  }

  /** The text under a key. */
  Optional<String> text(String key) {
    JsonNode value = json.path(key);
    return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
  }

  /** The texts in the list under a key. */
  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    json.path(key).forEach(value -> texts.add(value.asText()));
    return texts;
  }

  /** The whole number under a key. */
  Optional<Integer> whole(String key) {
    JsonNode value = json.path(key);
    return value.isInt() ? Optional.of(value.intValue()) : Optional.empty();
  }

  private Optional<Integer> whole(List<String> keys) {
    return keys.stream().flatMap(key -> whole(key).stream()).findFirst();
  }

  /** The number under a key. */
  Optional<Double> number(String key) {
    JsonNode value = json.path(key);
    return value.isNumber() ? Optional.of(value.doubleValue()) : Optional.empty();
  }

  /** Whether the key says yes. */
  boolean flag(String key) {
    return json.path(key).asBoolean();
  }

  /** The object under a key; one that declares nothing where there is none. */
  ModelConfig inner(String key) {
    return new ModelConfig(json.path(key), name);
  }

  /** The refusal of something that the config asks for. */
  ModelException refused(String what) {
    return new ModelException("%s asks for %s".formatted(name, what));
  }

  /**
   * What is declared here and differs from what the tensors show, each as a sentence.
   *
   * @param positions rows of the table of positions; 0 where there is none
   * @param projection width of the checkpoint's own output projection; 0 where there is none
   */
  List<String> contradictions(EncoderConfig found, int positions, int projection) {
    List<String> said = new ArrayList<>();
    compare(LAYERS, found.layers(), said);
    compare(HIDDEN, found.hidden(), said);
    compare(INTERMEDIATE, found.intermediate(), said);
    compare(List.of("vocab_size"), found.vocabulary(), said);
    compare(List.of("projection_dim"), projection, said);
    if (positions > 0) {
      compare(List.of("max_position_embeddings"), positions, said);
    }
    return said;
  }

  private void compare(List<String> keys, int found, List<String> said) {
    for (String key : keys) {
      whole(key)
          .filter(value -> value != found)
          .ifPresent(
              value ->
                  said.add(
                      "config.json says %s=%d, the tensors say %d".formatted(key, value, found)));
    }
  }

  /** The declaration itself, as JSON. */
  @Override
  public String toString() {
    return json.toString();
  }
}
