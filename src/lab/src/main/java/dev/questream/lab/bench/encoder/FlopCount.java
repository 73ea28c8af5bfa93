package dev.questream.lab.bench.encoder;

import dev.questream.checkpoint.EncoderConfig;
import dev.questream.checkpoint.Output;
import dev.questream.encoder.Precision;

/**
 * The floating-point operations that a text's vector needs, by the usual count: two for each weight
 * that a token meets in a matrix product (Kaplan et al. 2020, <i>Scaling Laws for Neural Language
 * Models</i>, section 2.1), attention's own products apart. Norms, GELU, softmax and additions,
 * under a hundredth, are not counted, so that the result can be held against a rate of matrix
 * products.
 *
 * <p>With h the hidden and f the intermediate width and n tokens:
 *
 * <ul>
 *   <li>weights of a layer: 4h² (query, key, value, output) + 2hf (up, down; 3hf with a gate), so
 *       2n(4h² + 2hf);
 *   <li>attention of a layer: queries by keys and weights by values, 2n²h each, so 4n²h;
 *   <li>the last layer under CLS pooling alone: keys and values of all tokens, 2n·2h²; query,
 *       output, up and down of one, 2(2h² + 2hf); attention of one query, 4nh;
 *   <li>a linear layer behind the pooling, from a to b elements: 2ab, once for each text.
 * </ul>
 *
 * Only real tokens count: a padded implementation does more work for the same number. A layer that
 * sees a window of the text counts as one that sees all of it.
 *
 * @param model dimensions of the encoder
 * @param output decides whether the last layer is needed for all tokens
 */
public record FlopCount(EncoderConfig model, Output output) {

  /** Operations in products with weights. */
  public long weights(long tokens) {
    long hidden = model.hidden();
    long projections = 4 * hidden * hidden;
    long feedForward = (model.variation().gated() ? 3 : 2) * hidden * model.intermediate();
    long layer = 2 * tokens * (projections + feedForward);
    long last =
        output.firstTokenOnly()
            ? 2 * tokens * (projections / 2) + 2 * (projections / 2 + feedForward)
            : layer;
    long behind =
        output.dense().stream().mapToLong(dense -> 2 * dense.weight().shape().elements()).sum();
    return (model.layers() - 1) * layer + last + behind;
  }

  /** Bytes of the weights of all products. */
  public long weightBytes(Precision precision) {
    long elements = weights(1) / 2; // a token meets each of them once
    return switch (precision) {
      case FP32 -> 4 * elements;
      case BF16, FP16 -> 2 * elements;
      case INT8 -> elements;
    };
  }

  /** Operations between tokens. */
  public long attention(long tokens) {
    long layer = 4 * tokens * tokens * model.hidden();
    long last = output.firstTokenOnly() ? 4 * tokens * model.hidden() : layer;
    return (model.layers() - 1) * layer + last;
  }

  /** All operations. */
  public long total(long tokens) {
    return weights(tokens) + attention(tokens);
  }
}
