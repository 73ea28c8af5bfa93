package dev.questream.checkpoint;

import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * MPNet (Song et al. 2020): BERT's layers without token types, positions behind the padding
 * token's, and in every layer the same bias by distance on the attention of every head.
 */
final class MpnetFamily implements Family {
  private static final double EPSILON = 1e-12;

  /** Fixed in the model's code. */
  private static final int PADDING = 1;

  private static final String BUCKETS = "encoder.relative_attention_bias.weight";

  private static final TensorNames NAMES =
      new TensorNames(
          "embeddings.word_embeddings",
          Optional.of("embeddings.position_embeddings"),
          Optional.empty(),
          "embeddings.LayerNorm",
          new TensorNames.Layer(
              "encoder.layer.",
              List.of("attention.attn.q", "attention.attn.k", "attention.attn.v"),
              "attention.attn.o",
              "attention.LayerNorm",
              "intermediate.dense",
              "output.dense",
              "output.LayerNorm"),
          Optional.empty(),
          TensorNames.Biases.ALL);

  @Override
  public String label() {
    return "MPNet";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("mpnet");
  }

  @Override
  public List<String> classPrefixes() {
    return List.of("MPNet");
  }

  @Override
  public TensorNames names(ModelConfig declared) {
    return NAMES;
  }

  @Override
  public EncoderConfig.Variation variation(ModelConfig declared, int layers) {
    return EncoderConfig.Variation.postNorm(
        declared.layerNormEpsilon(EPSILON),
        declared.activation(),
        new Positions.WithDistances(PADDING));
  }

  @Override
  public int maxTokens(ModelConfig declared, int rows) {
    return rows - PADDING - 1;
  }

  @Override
  public Set<String> ownTensors() {
    return Set.of(BUCKETS);
  }

  @Override
  public Optional<Tensor> distances(StateDict weights, EncoderConfig config) {
    Tensor buckets = weights.read(BUCKETS);
    TensorShape shape = buckets.shape();
    if (shape.rank() != 2
        || shape.size(0) < DistanceBuckets.COUNT
        || shape.size(1) != config.heads()) {
      throw new ModelException(
          "%s: %s has shape %s, expected [%d, %d]"
              .formatted(
                  weights.file(),
                  weights.storedName(BUCKETS),
                  shape,
                  DistanceBuckets.COUNT,
                  config.heads()));
    }
    int furthest = config.maxTokens() - 1;
    int width = config.heads() * buckets.type().bytes();
    ByteBuffer rows = ByteBuffer.allocate(Math.multiplyExact(2 * furthest + 1, width));
    for (int distance = -furthest; distance <= furthest; distance++) {
      rows.put(buckets.data().slice(DistanceBuckets.of(distance) * width, width));
    }
    return Optional.of(
        new Tensor(
            buckets.name(),
            buckets.type(),
            TensorShape.of(2L * furthest + 1, config.heads()),
            rows.flip()));
  }
}
