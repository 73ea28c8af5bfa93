package dev.questream.lab.evaluate;

import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.vector.VectorReader;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import java.nio.file.Path;
import java.util.List;
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
 * @param shapes the same with vectors in other shapes
 */
public record Outcome(
    QuestionVectors questions,
    Optional<Provenance> passageProvenance,
    Path passagePath,
    Supplier<VectorReader> passageVectors,
    int rejectedPassages,
    AnswerRecall recall,
    List<ShapeRecall> shapes) {

  /** The model in a few words. */
  public String label() {
    Provenance made = questions.provenance();
    String type = made.computed().vectorType();
    return "%s (%s%s)"
        .formatted(
            made.model().id(),
            made.computed().precision(),
            type.equals(VectorType.FLOAT32.label()) ? "" : ", " + type);
  }

  /** Whether some text had no vector. */
  public boolean incomplete() {
    return questions.without() > 0 || rejectedPassages > 0;
  }
}
