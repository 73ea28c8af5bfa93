package dev.questream.checkpoint;

import dev.questream.weights.TensorShape;
import java.util.ArrayList;
import java.util.List;

/** The tensors of a BERT encoder and their shapes, as {@code transformers} names them. */
public final class BertTensors {
  /** The name prefix of the optional output projection. */
  public static final String PROJECTION = "encode_proj.";

  /** The tensor by which a BERT encoder is known. */
  static final String WORD_EMBEDDINGS = "embeddings.word_embeddings.weight";

  private static final long TOKEN_TYPES = 2;

  /** A tensor that must be there. */
  record Expected(String name, TensorShape shape) {}

  private final List<Expected> expected = new ArrayList<>();

  private BertTensors() {}

  static List<Expected> of(BertConfig config) {
    BertTensors tensors = new BertTensors();
    long hidden = config.hidden();
    tensors.add(WORD_EMBEDDINGS, config.vocabulary(), hidden);
    tensors.add("embeddings.position_embeddings.weight", config.maxPositions(), hidden);
    tensors.add("embeddings.token_type_embeddings.weight", TOKEN_TYPES, hidden);
    tensors.norm("embeddings.LayerNorm", hidden);
    for (int layer = 0; layer < config.layers(); layer++) {
      tensors.layer("encoder.layer." + layer + ".", hidden, config.intermediate());
    }
    if (config.projection() > 0) {
      tensors.linear("encode_proj", config.projection(), hidden);
    }
    return tensors.expected;
  }

  private void layer(String prefix, long hidden, long intermediate) {
    linear(prefix + "attention.self.query", hidden, hidden);
    linear(prefix + "attention.self.key", hidden, hidden);
    linear(prefix + "attention.self.value", hidden, hidden);
    linear(prefix + "attention.output.dense", hidden, hidden);
    norm(prefix + "attention.output.LayerNorm", hidden);
    linear(prefix + "intermediate.dense", intermediate, hidden);
    linear(prefix + "output.dense", hidden, intermediate);
    norm(prefix + "output.LayerNorm", hidden);
  }

  private void linear(String name, long out, long in) {
    add(name + ".weight", out, in);
    add(name + ".bias", out);
  }

  private void norm(String name, long width) {
    add(name + ".weight", width);
    add(name + ".bias", width);
  }

  private void add(String name, long... shape) {
    expected.add(new Expected(name, TensorShape.of(shape)));
  }
}
