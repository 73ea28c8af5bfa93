package dev.questream.lab.chaos.guarantee;

import java.util.BitSet;

/**
 * Every question that the broker took has an answer: embedding, tombstone or dead letter. Those
 * that have to be skipped are counted.
 */
public final class Lost implements Guarantee {
  private final Positions positions;
  private final Expected.Workload workload;
  private final BitSet produced = new BitSet();
  private final BitSet answered = new BitSet();
  private int pending;
  private int skipped;

  public Lost(Positions positions, Expected.Workload workload) {
    this.positions = positions;
    this.workload = workload;
  }

  @Override
  public String name() {
    return "lost";
  }

  @Override
  public void onProduced(Produced question) {
    if (produced.get(question.number())) {
      return;
    }
    produced.set(question.number());
    if (workload.expected(question.number()) instanceof Expected.Unchanged) {
      skipped++;
      answered.set(question.number());
    } else {
      pending += answered.get(question.number()) ? 0 : 1;
    }
  }

  @Override
  public void onConsumed(Consumed consumed) {
    if (consumed instanceof Consumed.Answer answer && !answered.get(answer.number())) {
      answered.set(answer.number());
      pending -= produced.get(answer.number()) ? 1 : 0;
    }
  }

  /** Questions that are not answered yet. */
  public int pending() {
    return pending;
  }

  /** Questions that were taken, and must have no answer. */
  public int skipped() {
    return skipped;
  }

  @Override
  public Violations violations() {
    Findings findings = new Findings();
    for (int n = produced.nextSetBit(0); n >= 0; n = produced.nextSetBit(n + 1)) {
      if (!answered.get(n)) {
        findings.add("%s has no answer", positions.describe(n));
      }
    }
    return findings.toViolations();
  }
}
