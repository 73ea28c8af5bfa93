package dev.questream.checkpoint;

import dev.questream.weights.ModelException;

/**
 * The dimensions of a BERT encoder.
 *
 * @param layers transformer layers
 * @param hidden width of a token's state
 * @param heads attention heads; divides {@code hidden}
 * @param intermediate width inside the feed-forward block
 * @param vocabulary rows of the word embedding
 * @param maxPositions rows of the position embedding: the longest input, in tokens
 * @param projection width of the output projection, 0 for none
 * @param layerNormEpsilon added to the variance in every layer norm
 */
public record BertConfig(
    int layers,
    int hidden,
    int heads,
    int intermediate,
    int vocabulary,
    int maxPositions,
    int projection,
    double layerNormEpsilon) {

  public BertConfig {
    if (layers < 1 || hidden < 1 || heads < 1 || hidden % heads != 0) {
      throw new ModelException(
          "%d layers, %d hidden and %d attention heads make no BERT encoder"
              .formatted(layers, hidden, heads));
    }
  }

  /** Elements of the output vector. */
  public int dimensions() {
    return projection > 0 ? projection : hidden;
  }
}
