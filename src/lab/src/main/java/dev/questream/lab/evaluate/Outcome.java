package dev.questream.lab.evaluate;

import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What came of a contender.
 *
 * @param questions its question vectors
 * @param passageModel what its passage vectors were made with; empty for published ones
 * @param passagePath where they lie
 * @param passageVectors opens them once more
 * @param rejectedPassages passages that could not be encoded in this run
 * @param recall answer recall
 */
public record Outcome(
    QuestionVectors questions,
    Optional<Provenance> passageModel,
    Path passagePath,
    Supplier<VectorReader> passageVectors,
    int rejectedPassages,
    AnswerRecall recall) {

  /** The model in a few words. */
  public String label() {
    Provenance model = questions.provenance();
    return "%s (%s)".formatted(model.modelId(), model.precision());
  }

  /** Whether some text had no vector. */
  public boolean incomplete() {
    return questions.without() > 0 || rejectedPassages > 0;
  }
}
