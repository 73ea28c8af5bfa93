package dev.questream.checkpoint;

import dev.questream.weights.ModelException;

/**
 * The dimensions of an encoder, and in what its arithmetic differs from that of other families.
 *
 * @param layers transformer layers
 * @param hidden width of a token's state
 * @param heads attention heads; divides {@code hidden}
 * @param intermediate width inside the feed-forward block
 * @param vocabulary rows of the word embedding
 * @param maxTokens the longest input that the positions allow
 * @param variation of the arithmetic
 */
public record EncoderConfig(
    int layers,
    int hidden,
    int heads,
    int intermediate,
    int vocabulary,
    int maxTokens,
    Variation variation) {

  /**
   * In what families and their models differ.
   *
   * @param layerNormEpsilon added to the variance in every layer norm
   * @param activation inside the feed-forward block
   * @param positions how a token's place comes in
   * @param preNorm whether norms stand before attention and feed-forward block, and one at the end;
   *     otherwise behind each sum
   * @param gated whether the feed-forward block multiplies what it activates by a second product
   */
  public record Variation(
      double layerNormEpsilon,
      Activation activation,
      Positions positions,
      boolean preNorm,
      boolean gated) {

    /** BERT's block: norms behind each sum, no gate. */
    public static Variation postNorm(
        double layerNormEpsilon, Activation activation, Positions positions) {
      return new Variation(layerNormEpsilon, activation, positions, false, false);
    }
  }

  public EncoderConfig {
    if (layers < 1 || hidden < 1 || heads < 1 || hidden % heads != 0) {
      throw new ModelException(
          "%d layers, %d hidden and %d attention heads make no encoder"
              .formatted(layers, hidden, heads));
    }
    if (variation.positions() instanceof Positions.Rotary && hidden / heads % 2 != 0) {
      throw new ModelException(
          "heads of width %d cannot be turned in halves".formatted(hidden / heads));
    }
    if (maxTokens < 1) {
      throw new ModelException("positions for %d tokens make no encoder".formatted(maxTokens));
    }
  }
}
