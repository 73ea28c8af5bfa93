package dev.questream.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
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

  /**
   * The companion of a model as it is given, or the model itself where there is none. The name
   * without a revision decides; the companion is taken at its newest. Of folders, only one that is
   * there counts.
   */
  public static String orItself(String model) {
    return of(model.replaceFirst("@.*$", ""))
        .filter(companion -> !Files.exists(Path.of(model)) || Files.exists(Path.of(companion)))
        .orElse(model);
  }
}
