package dev.questream.lab.bench.encoder;

import dev.questream.checkpoint.BertConfig;
import dev.questream.encoder.Pooling;

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
 *   <li>weights of a layer: 4h² (query, key, value, output) + 2hf (up, down), so 2n(4h² + 2hf);
 *   <li>attention of a layer: queries by keys and weights by values, 2n²h each, so 4n²h;
 *   <li>the last layer under CLS pooling: keys and values of all tokens, 2n·2h²; query, output, up
 *       and down of one, 2(2h² + 2hf); attention of one query, 4nh;
 *   <li>output projection of width p: 2hp, once for each text.
 * </ul>
 *
 * Only real tokens count: a padded implementation does more work for the same number.
 *
 * @param model dimensions of the encoder
 * @param pooling decides whether the last layer is needed for all tokens
 */
public record FlopCount(BertConfig model, Pooling pooling) {

  /** Operations in products with weights. */
  public long weights(long tokens) {
    long hidden = model.hidden();
    long projections = 4 * hidden * hidden;
    long feedForward = 2 * hidden * model.intermediate();
    long layer = 2 * tokens * (projections + feedForward);
    long last =
        pooling == Pooling.CLS
            ? 2 * tokens * (projections / 2) + 2 * (projections / 2 + feedForward)
            : layer;
    return (model.layers() - 1) * layer + last + 2 * hidden * model.projection();
  }

  /** Operations between tokens. */
  public long attention(long tokens) {
    long layer = 4 * tokens * tokens * model.hidden();
    long last = pooling == Pooling.CLS ? 4 * tokens * model.hidden() : layer;
    return (model.layers() - 1) * layer + last;
  }

  /** All operations. */
  public long total(long tokens) {
    return weights(tokens) + attention(tokens);
  }
}
