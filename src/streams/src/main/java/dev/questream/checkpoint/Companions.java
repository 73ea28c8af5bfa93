package dev.questream.checkpoint;

import java.util.Optional;

/**
 * The other half of a published dual encoder. DPR's two are named alike but for the word of their
 * role, and those who train with it keep to that: {@code
 * facebook/dpr-question_encoder-multiset-base} and {@code facebook/dpr-ctx_encoder-multiset-base}.
 */
public final class Companions {
  private static final String QUESTION = "question_encoder";
  private static final String PASSAGE = "ctx_encoder";

  private Companions() {}

  /** What the companion of a model is called; empty if the model's name does not say. */
  public static Optional<String> of(String model) {
    if (model.contains(QUESTION)) {
      return Optional.of(model.replace(QUESTION, PASSAGE));
    }
    return model.contains(PASSAGE)
        ? Optional.of(model.replace(PASSAGE, QUESTION))
        : Optional.empty();
  }
}
