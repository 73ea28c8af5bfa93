package dev.questream.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** BERT (Devlin et al. 2018), and DPR's encoders, which are BERT. */
final class BertFamily implements Family {
  private static final double EPSILON = 1e-12;

  /** Names that RoBERTa has as well. */
  static final TensorNames NAMES =
      new TensorNames(
          "embeddings.word_embeddings",
          Optional.of("embeddings.position_embeddings"),
          Optional.of("embeddings.token_type_embeddings"),
          "embeddings.LayerNorm",
          new TensorNames.Layer(
              "encoder.layer.",
              List.of("attention.self.query", "attention.self.key", "attention.self.value"),
              "attention.output.dense",
              "attention.output.LayerNorm",
              "intermediate.dense",
              "output.dense",
              "output.LayerNorm"),
          Optional.empty(),
          TensorNames.Biases.ALL);

  @Override
  public String label() {
    return "BERT";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("bert", "dpr");
  }

  @Override
  public List<String> classPrefixes() {
    return List.of("Bert", "DPR");
  }

  @Override
  public TensorNames names(ModelConfig declared) {
    return NAMES;
  }

  @Override
  public EncoderConfig.Variation variation(ModelConfig declared, int layers) {
    return EncoderConfig.Variation.postNorm(
        declared.layerNormEpsilon(EPSILON), declared.activation(), new Positions.Indexed());
  }

  @Override
  public int maxTokens(ModelConfig declared, int rows) {
    return rows;
  }
}
