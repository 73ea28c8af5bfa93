package dev.questream.lab.chaos.guarantee;

import java.util.Map;
import java.util.TreeMap;

/**
 * What is committed last of an id answers its last question, whatever came between. Of ids that
 * came more than once; memory for these only.
 */
public final class Outdated implements Guarantee {
  private final Positions positions;
  private final Expected.Workload workload;
  private final Map<Integer, Integer> asked = new TreeMap<>(); // origin to number
  private final Map<Integer, Integer> answered = new TreeMap<>();

  public Outdated(Positions positions, Expected.Workload workload) {
    this.positions = positions;
    this.workload = workload;
  }

  @Override
  public String name() {
    return "outdated";
  }

  @Override
  public void onProduced(Produced produced) {
    int origin = workload.origin(produced.number());
    if (origin != produced.number()) {
      asked.merge(origin, produced.number(), Math::max);
    }
  }

  @Override
  public void onConsumed(Consumed consumed) {
    if (consumed instanceof Consumed.Embedded || consumed instanceof Consumed.Deleted) {
      int number = ((Consumed.Answer) consumed).number();
      int origin = workload.origin(number);
      if (origin != number || answered.containsKey(origin)) {
        answered.put(origin, number);
      }
    }
  }

  @Override
  public Violations violations() {
    Findings findings = new Findings();
    asked.forEach(
        (origin, last) -> {
          int shown = answered.getOrDefault(origin, origin);
          if (!content(shown).equals(content(last))) {
            findings.add(
                "the last answer to the id of %s is that to %s, which is not that to %s",
                positions.describe(origin), positions.describe(shown), positions.describe(last));
          }
        });
    return findings.toViolations();
  }

  /** What a consumer keeps of a record's answer. */
  private Object content(int number) {
    Expected expected = workload.expected(number);
    if (expected instanceof Expected.Unchanged unchanged) {
      expected = unchanged.question();
    }
    return expected instanceof Expected.Embedding embedding
        ? Map.entry(embedding.text(), embedding.metadata())
        : "deleted";
  }
}
