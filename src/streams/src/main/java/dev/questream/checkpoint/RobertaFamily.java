package dev.questream.checkpoint;

import java.util.List;
import java.util.Set;

/**
 * RoBERTa (Liu et al. 2019), XLM-RoBERTa and CamemBERT: BERT's layers under BERT's names, with
 * positions that begin behind the padding token's.
 */
final class RobertaFamily implements Family {
  private static final double EPSILON = 1e-12;
  private static final int PADDING = 1;

  @Override
  public String label() {
    return "RoBERTa";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("roberta", "xlm-roberta", "camembert");
  }

  @Override
  public List<String> classPrefixes() {
    return List.of("Roberta", "XLMRoberta", "Camembert");
  }

  @Override
  public TensorNames names(ModelConfig declared) {
    return BertFamily.NAMES;
  }

  @Override
  public EncoderConfig.Variation variation(ModelConfig declared, int layers) {
    return EncoderConfig.Variation.postNorm(
        declared.layerNormEpsilon(EPSILON),
        declared.activation(),
        new Positions.BehindPadding(padding(declared)));
  }

  @Override
  public int maxTokens(ModelConfig declared, int rows) {
    return rows - padding(declared) - 1;
  }

  private static int padding(ModelConfig declared) {
    int padding = declared.whole("pad_token_id").orElse(PADDING);
    if (padding < 0) {
      throw declared.refused("pad_token_id=%d, behind which no positions begin".formatted(padding));
    }
    return padding;
  }
}
