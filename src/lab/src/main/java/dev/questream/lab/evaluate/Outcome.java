package dev.questream.lab.evaluate;

import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.vector.VectorReader;
import dev.questream.provenance.Provenance;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What came of a contender.
 *
 * @param questions its question vectors
 * @param passageProvenance of its passage vectors; empty for published ones, which do not say
 * @param passagePath where they lie
 * @param passageVectors opens them once more
 * @param rejectedPassages passages that could not be encoded in this run
 * @param recall answer recall
 */
public record Outcome(
    QuestionVectors questions,
    Optional<Provenance> passageProvenance,
    Path passagePath,
    Supplier<VectorReader> passageVectors,
    int rejectedPassages,
    AnswerRecall recall) {

  /** The model in a few words. */
  public String label() {
    Provenance made = questions.provenance();
    return "%s (%s)".formatted(made.model().id(), made.computed().precision());
  }

  /** Whether some text had no vector. */
  public boolean incomplete() {
    return questions.without() > 0 || rejectedPassages > 0;
  }
}
