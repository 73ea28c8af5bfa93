package dev.questream.app.rollover;

import dev.questream.app.kafka.RecordPosition;
import dev.questream.provenance.Provenance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The two embeddings topics, by id.
 *
 * @param share of all ids that were compared
 * @param ids of either topic, deleted ones left out; estimates unless the share is 1
 * @param compared ids that either topic has
 * @param both ids that both topics have
 * @param older ids of which one topic has the embedding of an earlier question than the other, and
 *     more than a few questions ago
 * @param onlyOld ids that only the old topic has, by the reason
 * @param onlyNew ids that only the new topic has, by the reason
 * @param models of either side, and of how many compared ids they are
 * @param drift of the ids that both have, of the same text
 */
record Comparison(
    double share,
    Sides<Long> ids,
    int compared,
    int both,
    int older,
    Map<Absence, Integer> onlyOld,
    Map<Absence, Integer> onlyNew,
    Sides<Map<Provenance, Integer>> models,
    Drift drift) {

  /** The same of the old and of the new side. */
  record Sides<T>(T before, T after) {}

  /**
   * Reads both topics.
   *
   * @param progress of both sides, from before
   * @param limit ids to compare at most
   * @param recent so many questions at the end of a partition may be under way
   */
  static Comparison of(Sides<Side> sides, Sides<GroupProgress> progress, int limit, long recent) {
    IdSample oldSample = TopicSample.read(sides.before(), limit);
    IdSample newSample = TopicSample.read(sides.after(), limit);
    IdSample.align(oldSample, newSample);
    Map<String, Embedded> before = oldSample.latest();
    Map<String, Embedded> after = newSample.latest();
    Map<String, Embedded> missingInNew = without(before, after);
    Map<String, Embedded> missingInOld = without(after, before);
    List<Drift.Pair> pairs = new ArrayList<>();
    int both = 0;
    int older = 0;
    for (Map.Entry<String, Embedded> entry : before.entrySet()) {
      Embedded other = after.get(entry.getKey());
      if (!entry.getValue().deleted() && other != null && !other.deleted()) {
        both++;
        if (entry.getValue().textHash() == other.textHash()) {
          pairs.add(new Drift.Pair(entry.getValue().vector(), other.vector()));
        } else if (!isRecent(later(entry.getValue(), other), progress.after(), recent)) {
          older++;
        }
      }
    }
    return new Comparison(
        oldSample.share(),
        new Sides<>(oldSample.estimatedIds(), newSample.estimatedIds()),
        both + missingInNew.size() + missingInOld.size(),
        both,
        older,
        new AbsenceReasons(sides.after(), progress.after(), recent).count(missingInNew, after),
        new AbsenceReasons(sides.before(), progress.before(), recent).count(missingInOld, before),
        new Sides<>(models(before), models(after)),
        Drift.of(pairs));
  }

  private static Map<String, Embedded> without(
      Map<String, Embedded> some, Map<String, Embedded> others) {
    Map<String, Embedded> without = new HashMap<>();
    some.forEach(
        (id, embedded) -> {
          Embedded other = others.get(id);
          if (!embedded.deleted() && (other == null || other.deleted())) {
            without.put(id, embedded);
          }
        });
    return without;
  }

  private static RecordPosition later(Embedded a, Embedded b) {
    return a.place().offset() > b.place().offset() ? a.place() : b.place();
  }

  private static boolean isRecent(RecordPosition place, GroupProgress progress, long recent) {
    GroupProgress.Span span = progress.partitions().get(place.partition());
    return span != null && place.offset() >= span.end() - recent;
  }

  private static Map<Provenance, Integer> models(Map<String, Embedded> latest) {
    Map<Provenance, Integer> models = new LinkedHashMap<>();
    latest.values().stream()
        .filter(embedded -> !embedded.deleted())
        .forEach(embedded -> models.merge(embedded.provenance(), 1, Integer::sum));
    return models;
  }

  /** How many ids only one side has for this reason. */
  static int count(Map<Absence, Integer> counts, Absence reason) {
    return counts.getOrDefault(reason, 0);
  }
}
