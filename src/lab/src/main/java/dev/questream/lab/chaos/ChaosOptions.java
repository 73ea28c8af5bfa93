package dev.questream.lab.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a run is like.
 *
 * @param seed decides the questions and the sequence of faults
 * @param script the faults to inject one after the other; empty: by the seed, until time is over
 * @param time how long faults are injected when there is no script
 * @param guarantee {@code exactly_once_v2} or {@code at_least_once}
 * @param rate questions a second
 * @param maxBacklog unanswered questions above which producing waits
 * @param instances the largest number of applications
 * @param standbys standby replicas of the pending store
 * @param intensity multiplies the rates of questions that make the encoder fail
 * @param maxPause the longest pause between two faults
 * @param drainLimit how long, without any progress, the last answers are waited for
 * @param standIn how the encoder behaves
 * @param settings of the applications, which win over the runner's own
 */
public record ChaosOptions(
    long seed,
    List<Fault> script,
    Duration time,
    String guarantee,
    int rate,
    int maxBacklog,
    int instances,
    int standbys,
    double intensity,
    Duration maxPause,
    Duration drainLimit,
    StandInSettings standIn,
    Map<String, String> settings) {
  public static final String EXACTLY_ONCE = "exactly_once_v2";
  public static final String AT_LEAST_ONCE = "at_least_once";

  public ChaosOptions {
    script = List.copyOf(script);
    settings = Map.copyOf(settings);
  }

  boolean atLeastOnce() {
    return guarantee.equals(AT_LEAST_ONCE);
  }
}
