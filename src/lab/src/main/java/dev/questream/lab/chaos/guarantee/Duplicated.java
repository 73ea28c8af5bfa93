package dev.questream.lab.chaos.guarantee;

import java.util.Arrays;
import java.util.BitSet;

/**
 * No question has two answers.
 *
 * <p>Under {@code at_least_once} a second answer is allowed if something crashed between the two;
 * it is counted then.
 */
public final class Duplicated implements Guarantee {
  /** Under at_least_once, how far the time of an answer may be off. */
  static final long TOLERANCE_MS = 15_000;

  private final Positions positions;
  private final boolean allowedAfterCrash;
  private final Crashes crashes;
  private final BitSet answered = new BitSet();
  private final Findings findings = new Findings();
  private long[] madeAtMs = new long[0]; // under at_least_once only
  private long repeated;

  private Duplicated(Positions positions, boolean allowedAfterCrash, Crashes crashes) {
    this.positions = positions;
    this.allowedAfterCrash = allowedAfterCrash;
    this.crashes = crashes;
  }

  /** A second answer is always wrong. */
  public static Duplicated never(Positions positions) {
    return new Duplicated(positions, false, new Crashes());
  }

  /** A second answer is wrong unless something crashed since the first. */
  public static Duplicated unlessCrashed(Positions positions, Crashes crashes) {
    return new Duplicated(positions, true, crashes);
  }

  @Override
  public String name() {
    return "duplicated";
  }

  @Override
  public void onProduced(Produced produced) {}

  @Override
  public void onConsumed(Consumed consumed) {
    if (!(consumed instanceof Consumed.Answer answer)) {
      return;
    }
    int number = answer.number();
    if (!answered.get(number)) {
      answered.set(number);
      remember(number, answer.madeAtMs());
      return;
    }
    repeated++;
    if (!allowed(number, answer.madeAtMs())) {
      findings.add("%s is answered again in %s", positions.describe(number), answer.place());
    }
  }

  private void remember(int number, long atMs) {
    if (!allowedAfterCrash) {
      return;
    }
    if (number >= madeAtMs.length) {
      madeAtMs = Arrays.copyOf(madeAtMs, Math.max(number + 1, madeAtMs.length * 3 / 2));
    }
    madeAtMs[number] = atMs;
  }

  private boolean allowed(int number, long againMs) {
    return allowedAfterCrash && crashes.between(madeAtMs[number] - TOLERANCE_MS, againMs);
  }

  /** Second, third, ... answers, allowed or not. */
  public long repeated() {
    return repeated;
  }

  @Override
  public Violations violations() {
    return findings.toViolations();
  }
}
