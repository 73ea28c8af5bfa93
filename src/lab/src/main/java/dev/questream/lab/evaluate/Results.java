package dev.questream.lab.evaluate;

import dev.questream.lab.retrieval.recall.PublishedRecall;
import dev.questream.lab.retrieval.recall.RecallComparison;
import dev.questream.lab.retrieval.recall.RecallCurve;
import java.util.List;
import java.util.Optional;

/**
 * All that an evaluation found.
 *
 * @param task what was asked
 * @param outcomes one or two
 * @param comparisons of the first with the second outcome, one for each k; empty for one outcome
 * @param questionCosines of two precisions of one model, if these were compared
 * @param passageCosines likewise
 */
public record Results(
    Task task,
    List<Outcome> outcomes,
    List<RecallComparison> comparisons,
    Optional<CosineSummary> questionCosines,
    Optional<CosineSummary> passageCosines) {

  /**
   * Puts outcomes together.
   *
   * @param seed of the bootstrap
   * @param precisions whether the two outcomes are two precisions of one model
   */
  public static Results of(Task task, List<Outcome> outcomes, long seed, boolean precisions) {
    if (outcomes.size() == 1) {
      return new Results(task, outcomes, List.of(), Optional.empty(), Optional.empty());
    }
    Outcome first = outcomes.get(0);
    Outcome second = outcomes.get(1);
    List<RecallComparison> comparisons =
        task.ks().stream()
            .map(k -> RecallComparison.of(first.recall(), second.recall(), k, seed))
            .toList();
    if (!precisions) {
      return new Results(task, outcomes, comparisons, Optional.empty(), Optional.empty());
    }
    try (var a = first.passageVectors().get();
        var b = second.passageVectors().get()) {
      return new Results(
          task,
          outcomes,
          comparisons,
          Optional.of(CosineSummary.ofQuestions(first.questions(), second.questions())),
          Optional.of(CosineSummary.ofPassages(a, b)));
    }
  }

  /** What was published for an outcome's model on these questions. */
  public Optional<PublishedRecall> published(Outcome outcome) {
    return PublishedRecall.of(outcome.questions().provenance().model().id(), task.questions());
  }

  /** Recall over k. */
  public RecallCurve curve() {
    return new RecallCurve(
        outcomes.stream().map(Outcome::label).toList(),
        outcomes.stream().map(Outcome::recall).toList(),
        task.maxK());
  }
}
