package dev.questream.checkpoint;

import dev.questream.weights.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A family of encoders: how its models are recognised, how their tensors are named, and in what
 * their arithmetic differs.
 *
 * <p>{@link Families} lists them. What a family needs beyond these answers is an option of {@code
 * torchscript/encoder.py}.
 */
interface Family {

  /** The name that its authors gave it. */
  String label();

  /** The values of {@code model_type} in its models' {@code config.json}. */
  Set<String> modelTypes();

  /** How the names of its classes in {@code architectures} begin. */
  List<String> classPrefixes();

  /** Its tensors. */
  TensorNames names(ModelConfig declared);

  /**
   * The arithmetic of a model.
   *
   * @param layers that the tensors show
   */
  EncoderConfig.Variation variation(ModelConfig declared, int layers);

  /**
   * Tokens that a model takes at most.
   *
   * @param rows of the table of positions; 0 where there is none
   */
  int maxTokens(ModelConfig declared, int rows);

  /** Names of tensors of its own, whose shapes it checks when it reads them. */
  default Set<String> ownTensors() {
    return Set.of();
  }

  /**
   * What attention adds to the score of two tokens by their distance, [2 maxTokens - 1, heads]: the
   * row {@code key - query + maxTokens - 1}. Only where positions come {@link
   * Positions.WithDistances}.
   */
  default Optional<Tensor> distances(StateDict weights, EncoderConfig config) {
    return Optional.empty();
  }
}
