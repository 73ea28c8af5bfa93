package dev.questream.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * ModernBERT (Warner et al. 2024): rotary positions, norms before blocks, a gated feed-forward
 * block, and layers that see a window of the text between layers that see all of it.
 */
final class ModernBertFamily implements Family {
  private static final double EPSILON = 1e-5;
  private static final int MAX_TOKENS = 8192;
  private static final int WINDOW = 128;
  private static final int GLOBAL_EVERY = 3;
  private static final double THETA = 160_000;
  private static final double LOCAL_THETA = 10_000;
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  @Override
  public String label() {
    return "ModernBERT";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("modernbert");
  }

  @Override
  public List<String> classPrefixes() {
    return List.of("ModernBert");
  }

  @Override
  public TensorNames names(ModelConfig declared) {
    return new TensorNames(
        "embeddings.tok_embeddings",
        Optional.empty(),
        Optional.empty(),
        "embeddings.norm",
        new TensorNames.Layer(
            "layers.",
            List.of("attn.Wqkv"),
            "attn.Wo",
            "attn_norm",
            "mlp.Wi",
            "mlp.Wo",
            "mlp_norm"),
        Optional.of("final_norm"),
        new TensorNames.Biases(
            declared.flag("attention_bias"),
            declared.flag("mlp_bias"),
            declared.flag("norm_bias")));
  }

  @Override
  public EncoderConfig.Variation variation(ModelConfig declared, int layers) {
    Positions.Rotary positions =
        new Positions.Rotary(
            theta(declared, FULL, "global_rope_theta", THETA),
            theta(declared, SLIDING, "local_rope_theta", LOCAL_THETA),
            Math.max(0, declared.whole("local_attention").orElse(WINDOW)) / 2,
            local(declared, layers));
    return new EncoderConfig.Variation(
        declared.layerNormEpsilon(EPSILON), declared.activation(), positions, true, true);
  }

  /** Of newer configs the one in {@code rope_parameters}. */
  private static double theta(ModelConfig declared, String layers, String key, double preset) {
    ModelConfig parameters = declared.inner("rope_parameters").inner(layers);
    String type = parameters.text("rope_type").orElse("default");
    if (!type.equals("default")) {
      throw declared.refused(
          "rope_parameters of type %s, of which default is supported".formatted(type));
    }
    double theta = parameters.number("rope_theta").orElse(declared.number(key).orElse(preset));
    if (theta <= 0) {
      throw declared.refused("rotary positions of the base %s".formatted(theta));
    }
    return theta;
  }

  private static List<Boolean> local(ModelConfig declared, int layers) {
    List<String> types = declared.texts("layer_types");
    if (!types.isEmpty() && types.size() != layers) {
      throw declared.refused(
          "layer_types of %d layers, and the tensors of %d".formatted(types.size(), layers));
    }
    int every = Math.max(1, declared.whole("global_attn_every_n_layers").orElse(GLOBAL_EVERY));
    List<Boolean> local = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      local.add(types.isEmpty() ? layer % every != 0 : isLocal(declared, types.get(layer)));
    }
    return local;
  }

  private static boolean isLocal(ModelConfig declared, String type) {
    if (!type.equals(FULL) && !type.equals(SLIDING)) {
      throw declared.refused("a layer of type %s".formatted(type));
    }
    return type.equals(SLIDING);
  }

  @Override
  public int maxTokens(ModelConfig declared, int rows) {
    return declared.whole("max_position_embeddings").orElse(MAX_TOKENS);
  }
}
