package dev.questream.lab.chaos.guarantee;

import java.util.Arrays;

/**
 * What cannot be embedded is a dead letter with the right reason and the original record, and
 * nothing else is one. That it is there, and there once, is {@link Lost}'s and {@link
 * Duplicated}'s.
 */
public final class DeadLettered implements Guarantee {
  private final Positions positions;
  private final Expected.Workload workload;
  private final Findings findings = new Findings();

  public DeadLettered(Positions positions, Expected.Workload workload) {
    this.positions = positions;
    this.workload = workload;
  }

  @Override
  public String name() {
    return "dead-lettered";
  }

  @Override
  public void onProduced(Produced produced) {}

  @Override
  public void onConsumed(Consumed consumed) {
    if (consumed instanceof Consumed.DeadLetter letter) {
      check(letter);
    } else if (consumed instanceof Consumed.Answer answer
        && workload.expected(answer.number()) instanceof Expected.DeadLetter expected) {
      findings.add(
          "%s answers %s, which must be a dead letter: %s",
          answer.place(), positions.describe(answer.number()), expected.reason());
    }
  }

  private void check(Consumed.DeadLetter letter) {
    String source = positions.describe(letter.number());
    if (!(workload.expected(letter.number()) instanceof Expected.DeadLetter expected)) {
      findings.add(
          "%s is a dead letter of %s, which is sound; its reason is %s",
          letter.place(), source, letter.reason());
      return;
    }
    if (!expected.reason().equals(letter.reason())) {
      findings.add(
          "%s has the reason %s, expected %s for %s",
          letter.place(), letter.reason(), expected.reason(), source);
    }
    boolean original =
        Arrays.equals(letter.key(), expected.key())
            && Arrays.equals(letter.value(), expected.value())
            && letter.timestampMs() == expected.timestampMs();
    if (!original) {
      findings.add("%s has not the key, value and timestamp of %s", letter.place(), source);
    }
    if (positions.known(letter.number())) {
      checkSource(letter);
    }
  }

  private void checkSource(Consumed.DeadLetter letter) {
    boolean right =
        letter.source().partition() == positions.partition(letter.number())
            && letter.source().offset() == positions.offset(letter.number());
    if (!right) {
      findings.add(
          "%s names the source %s, expected %s",
          letter.place(), letter.source(), positions.describe(letter.number()));
    }
  }

  @Override
  public Violations violations() {
    return findings.toViolations();
  }
}
