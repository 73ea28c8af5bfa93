package dev.questream.app.rollover;

import dev.questream.app.rollover.Comparison.Sides;
import dev.questream.provenance.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether consumers may be pointed at the new embeddings.
 *
 * @param blockers why not; none: they may
 * @param warnings what to think of all the same
 */
record Verdict(List<String> blockers, List<String> warnings) {
  private static final double LITTLE_OVERLAP = 0.2;

  boolean ready() {
    return blockers.isEmpty();
  }

  /**
   * Judges.
   *
   * @param recent so many questions may be left to read
   * @param accepted reasons for which the new side may lack ids
   */
  static Verdict of(
      Sides<Side> sides,
      Sides<GroupProgress> progress,
      Comparison comparison,
      long recent,
      Set<Absence> accepted) {
    Verdict verdict = new Verdict(new ArrayList<>(), new ArrayList<>());
    verdict.judgeApplications(sides, progress, recent);
    verdict.judgeIds(sides, comparison, accepted);
    verdict.judgeModels(sides, comparison);
    return verdict;
  }

  private void judgeApplications(Sides<Side> sides, Sides<GroupProgress> progress, long recent) {
    GroupProgress after = progress.after();
    if (!after.running()) {
      blockers.add(
          "the application %s is not running (its group is %s); start it, and keep it running after the cut-over"
              .formatted(sides.after().application(), after.state()));
    }
    if (after.lag() > recent) {
      blockers.add(
          "%s has %,d of %,d questions still to read"
              .formatted(sides.after().application(), after.lag(), after.total()));
    }
    if (!progress.before().running()) {
      warnings.add(
          "the application %s is not running; there is no way back without it"
              .formatted(sides.before().application()));
    }
    if (sides.before().deadLetters().equals(sides.after().deadLetters())) {
      warnings.add(
          "both applications write dead letters to %s; `dlq replay` cannot tell them apart, give the new one a topic of its own"
              .formatted(sides.after().deadLetters()));
    }
  }

  private void judgeIds(Sides<Side> sides, Comparison comparison, Set<Absence> accepted) {
    if (comparison.both() == 0) {
      blockers.add(
          "no id is in both %s and %s; is this the right pair of topics?"
              .formatted(sides.before().embeddings(), sides.after().embeddings()));
    }
    comparison.onlyOld().forEach((reason, count) -> judgeMissing(reason, count, accepted));
    int zombies = Comparison.count(comparison.onlyNew(), Absence.DELETED);
    if (zombies > 0) {
      blockers.add(
          "%,d of the compared ids are deleted in %s and still there in %s; wait until the new application has read the deletions"
              .formatted(zombies, sides.before().embeddings(), sides.after().embeddings()));
    }
    int unknown = Comparison.count(comparison.onlyNew(), Absence.UNANSWERED);
    if (unknown > 0) {
      warnings.add(
          "%,d of the compared ids are in %s only, although the old application has read them: was something deleted from %s by hand? Deletions belong on the questions topic"
              .formatted(unknown, sides.after().embeddings(), sides.before().embeddings()));
    }
    if (comparison.older() > 0) {
      blockers.add(
          "of %,d of the compared ids one side has the embedding of an older question; wait until both have read on"
              .formatted(comparison.older()));
    }
  }

  private void judgeMissing(Absence reason, int count, Set<Absence> accepted) {
    String advice =
        switch (reason) {
          case IN_FLIGHT, DELETED -> "";
          case NOT_REACHED -> "wait until the new application has read them";
          case RETENTION ->
              "a backfill cannot reach them: ask them again with `questream rollover refill`, or leave them out with --accept retention";
          case DEAD_LETTERED ->
              "look with `questream dlq list`, mend and replay, or leave them out with --accept dead-lettered";
          case OTHER_TOPIC ->
              "the new application does not read that topic: ask them again with `questream rollover refill`, or leave them out with --accept other-topic";
          case UNANSWERED ->
              "they are pending in the new application, or it began to read behind them (auto.offset.reset); see its log";
        };
    if (!advice.isEmpty()) {
      String text =
          "%,d of the compared ids have no new embedding: %s; %s"
              .formatted(count, reason.words(), advice);
      (accepted.contains(reason) ? warnings : blockers).add(text);
    }
  }

  private void judgeModels(Sides<Side> sides, Comparison comparison) {
    Map<Provenance, Integer> models = comparison.models().after();
    if (models.size() > 1) {
      blockers.add(
          "%s holds vectors of %d models, which cannot be compared with each other; give the new application a topic of its own"
              .formatted(sides.after().embeddings(), models.size()));
    }
    if (!models.isEmpty() && models.keySet().equals(comparison.models().before().keySet())) {
      warnings.add("both topics hold vectors of the same model, computed in the same way");
    }
    comparison
        .drift()
        .overlap()
        .filter(overlap -> overlap.shares().mean() < LITTLE_OVERLAP)
        .ifPresent(
            overlap ->
                warnings.add(
                    "the two models hardly agree on what is near (%.0f%% of neighbours); stores and thresholds that were tuned to the old one need a look"
                        .formatted(100 * overlap.shares().mean())));
  }
}
