package dev.questream.checkpoint;

import dev.questream.weights.TensorShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a family names the tensors of the graph, as {@code transformers} writes them. A linear layer
 * or a norm is named without {@code .weight} and {@code .bias}.
 *
 * @param words the word embedding
 * @param positions the table of positions, if there is one
 * @param tokenTypes the table of token types, if there is one
 * @param embeddingNorm the norm of their sum
 * @param layer the parts of a layer
 * @param finalNorm the norm behind the last layer, where norms stand before blocks
 * @param biases which parts of layers have a bias
 */
public record TensorNames(
    String words,
    Optional<String> positions,
    Optional<String> tokenTypes,
    String embeddingNorm,
    Layer layer,
    Optional<String> finalNorm,
    Biases biases) {
  /** DPR's output projection. */
  static final String PROJECTION = "encode_proj";

  /**
   * The parts of a layer. Where several names make up one product, they lie one below the other.
   *
   * @param prefix before the number of the layer
   * @param qkv query, key and value
   * @param attention what follows the heads
   * @param attentionNorm the norm of the attention block; the first layer of an encoder whose norms
   *     stand before blocks has none
   * @param up into the feed-forward block: what is activated, then its gate
   * @param down out of it
   * @param outputNorm the norm of the feed-forward block
   */
  public record Layer(
      String prefix,
      List<String> qkv,
      String attention,
      String attentionNorm,
      String up,
      String down,
      String outputNorm) {}

  /** Which parts have a bias. */
  public record Biases(boolean attention, boolean feedForward, boolean norms) {
    static final Biases ALL = new Biases(true, true, true);
  }

  /** A tensor that must be there. */
  record Expected(String name, TensorShape shape) {}

  /** The name of a part of a layer. */
  public String in(int index, String part) {
    return layer.prefix() + index + "." + part;
  }

  /** The tensors of an encoder of these dimensions; the rows of its small tables are free. */
  List<Expected> expected(EncoderConfig config) {
    List<Expected> all = new ArrayList<>();
    long hidden = config.hidden();
    all.add(new Expected(words + ".weight", TensorShape.of(config.vocabulary(), hidden)));
    norm(all, embeddingNorm, hidden);
    for (int index = 0; index < config.layers(); index++) {
      layer(all, config, index);
    }
    finalNorm.ifPresent(name -> norm(all, name, hidden));
    return all;
  }

  private void layer(List<Expected> all, EncoderConfig config, int index) {
    long hidden = config.hidden();
    long inner = config.intermediate();
    for (String part : layer.qkv()) {
      linear(all, in(index, part), 3 * hidden / layer.qkv().size(), hidden, biases.attention());
    }
    linear(all, in(index, layer.attention()), hidden, hidden, biases.attention());
    if (index > 0 || !config.variation().preNorm()) {
      norm(all, in(index, layer.attentionNorm()), hidden);
    }
    long up = config.variation().gated() ? 2 * inner : inner;
    linear(all, in(index, layer.up()), up, hidden, biases.feedForward());
    linear(all, in(index, layer.down()), hidden, inner, biases.feedForward());
    norm(all, in(index, layer.outputNorm()), hidden);
  }

  private static void linear(List<Expected> all, String name, long out, long in, boolean bias) {
    all.add(new Expected(name + ".weight", TensorShape.of(out, in)));
    if (bias) {
      all.add(new Expected(name + ".bias", TensorShape.of(out)));
    }
  }

  private void norm(List<Expected> all, String name, long width) {
    all.add(new Expected(name + ".weight", TensorShape.of(width)));
    if (biases.norms()) {
      all.add(new Expected(name + ".bias", TensorShape.of(width)));
    }
  }
}
