package dev.questream.checkpoint;

import dev.questream.encoder.Pooling;
import dev.questream.weights.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of the token states of a text, step by step: one pooling, then linear layers and
 * normalisations in any order.
 *
 * @param steps the pooling first
 * @param dimensions elements of the vector
 */
public record Output(List<SentenceModule> steps, int dimensions) {
  public Output {
    steps = List.copyOf(steps);
  }

  /** The pooling. */
  public SentenceModule.Pool pool() {
    return (SentenceModule.Pool) steps.get(0);
  }

  /** Whether the vector comes from the first token alone, so that no other is needed. */
  public boolean firstTokenOnly() {
    return pool().poolings().equals(List.of(Pooling.CLS));
  }

  /** The linear layers, in their order. */
  public List<SentenceModule.Dense> dense() {
    return steps.stream()
        .filter(SentenceModule.Dense.class::isInstance)
        .map(SentenceModule.Dense.class::cast)
        .toList();
  }

  /**
   * The output of a model.
   *
   * @param hidden width of a token's state
   * @param projection what the checkpoint itself has behind the pooling
   * @throws ModelException if the steps do not fit together
   */
  static Output of(
      List<SentenceModule> modules, int hidden, Optional<SentenceModule.Dense> projection) {
    List<SentenceModule> steps = new ArrayList<>();
    int width = 0;
    for (SentenceModule module : modules) {
      if (module instanceof SentenceModule.Transformer) {
        continue;
      }
      if (module instanceof SentenceModule.Pool pool && steps.isEmpty()) {
        steps.add(pool);
        width = hidden * pool.poolings().size();
        width = project(projection, steps, width);
        continue;
      }
      if (steps.isEmpty() || module instanceof SentenceModule.Pool) {
        throw new ModelException(
            "%s stands where a model has one Pooling, and then Dense and Normalize"
                .formatted(module.label()));
      }
      width = module instanceof SentenceModule.Dense dense ? fit(dense, width) : width;
      steps.add(module);
    }
    return new Output(steps, width);
  }

  private static int project(
      Optional<SentenceModule.Dense> projection, List<SentenceModule> steps, int width) {
    if (projection.isEmpty()) {
      return width;
    }
    steps.add(projection.get());
    return fit(projection.get(), width);
  }

  private static int fit(SentenceModule.Dense dense, int width) {
    if (dense.in() != width || dense.bias().shape().elements() != dense.out()) {
      throw new ModelException(
          "a linear layer of %s with a bias of %s does not fit a vector of %d elements"
              .formatted(dense.weight().shape(), dense.bias().shape(), width));
    }
    return dense.out();
  }
}
