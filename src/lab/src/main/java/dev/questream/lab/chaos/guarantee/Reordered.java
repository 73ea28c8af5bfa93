package dev.questream.lab.chaos.guarantee;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Embeddings and tombstones come in the order of their questions' offsets within each partition,
 * and a tombstone comes behind the embedding that it deletes.
 *
 * <p>Judged on first answers; second ones are {@link Duplicated}'s. Dead letters are another topic,
 * with no order to keep.
 */
public final class Reordered implements Guarantee {
  private final Positions positions;
  private final Expected.Workload workload;
  private final BitSet seen = new BitSet();
  private final Map<Integer, Integer> latest = new HashMap<>(); // partition to number
  private final Findings findings = new Findings();

  public Reordered(Positions positions, Expected.Workload workload) {
    this.positions = positions;
    this.workload = workload;
  }

  @Override
  public String name() {
    return "reordered";
  }

  @Override
  public void onProduced(Produced produced) {}

  @Override
  public void onConsumed(Consumed consumed) {
    if (consumed instanceof Consumed.Embedded embedded) {
      check(embedded);
    } else if (consumed instanceof Consumed.Deleted deleted) {
      requireTargetSeen(deleted);
      check(deleted);
    }
  }

  private void check(Consumed.Answer answer) {
    int number = answer.number();
    if (seen.get(number) || !positions.known(number)) {
      return;
    }
    seen.set(number);
    int partition = positions.partition(number);
    Integer before = latest.get(partition);
    if (before != null && positions.offset(before) > positions.offset(number)) {
      findings.add(
          "%s comes behind %s, in %s",
          positions.describe(number), positions.describe(before), answer.place());
    } else {
      latest.put(partition, number);
    }
  }

  private void requireTargetSeen(Consumed.Deleted deleted) {
    if (workload.expected(deleted.number()) instanceof Expected.Tombstone tombstone
        && positions.known(tombstone.target())
        && !seen.get(tombstone.target())) {
      findings.add(
          "the tombstone %s in %s comes before the embedding of %s",
          positions.describe(deleted.number()),
          deleted.place(),
          positions.describe(tombstone.target()));
    }
  }

  @Override
  public Violations violations() {
    return findings.toViolations();
  }
}
