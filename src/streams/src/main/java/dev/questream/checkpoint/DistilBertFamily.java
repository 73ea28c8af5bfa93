package dev.questream.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** DistilBERT (Sanh et al. 2019): BERT's layers under other names, without token types. */
final class DistilBertFamily implements Family {
  /** Fixed in the model's code. */
  private static final double EPSILON = 1e-12;

  private static final TensorNames NAMES =
      new TensorNames(
          "embeddings.word_embeddings",
          Optional.of("embeddings.position_embeddings"),
          Optional.empty(),
          "embeddings.LayerNorm",
          new TensorNames.Layer(
              "transformer.layer.",
              List.of("attention.q_lin", "attention.k_lin", "attention.v_lin"),
              "attention.out_lin",
              "sa_layer_norm",
              "ffn.lin1",
              "ffn.lin2",
              "output_layer_norm"),
          Optional.empty(),
          TensorNames.Biases.ALL);

  @Override
  public String label() {
    return "DistilBERT";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("distilbert");
  }

  @Override
  public List<String> classPrefixes() {
    return List.of("DistilBert");
  }

  @Override
  public TensorNames names(ModelConfig declared) {
    return NAMES;
  }

  @Override
  public EncoderConfig.Variation variation(ModelConfig declared, int layers) {
    return EncoderConfig.Variation.postNorm(
        EPSILON, declared.activation(), new Positions.Indexed());
  }

  @Override
  public int maxTokens(ModelConfig declared, int rows) {
    return rows;
  }
}
