package dev.questream.lab.chaos;

import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a run is like.
 *
 * @param seed decides the questions and the sequence of faults
 * @param brokers how many; with several, each partition has three replicas, or as many as there are
 *     brokers
 * @param guarantee {@code exactly_once_v2} or {@code at_least_once}
 * @param faults what is injected
 * @param questions what is asked
 * @param applications what answers
 * @param drainLimit how long, without any progress, the last answers are waited for
 */
public record ChaosOptions(
    long seed,
    int brokers,
    String guarantee,
    FaultPlan faults,
    Questions questions,
    Applications applications,
    Duration drainLimit) {
  public static final String EXACTLY_ONCE = "exactly_once_v2";
  public static final String AT_LEAST_ONCE = "at_least_once";

  private static final int MAX_REPLICAS = 3;

  /**
   * What is injected.
   *
   * @param script faults, one after the other; empty: by the seed, until time is over
   * @param time how long faults are injected when there is no script
   * @param maxPause the longest pause between two faults
   */
  public record FaultPlan(List<Fault> script, Duration time, Duration maxPause) {
    public FaultPlan {
      script = List.copyOf(script);
    }
  }

  /**
   * What is asked.
   *
   * @param rate questions a second
   * @param maxBacklog unanswered questions above which producing waits
   * @param intensity multiplies the rates of questions that make the encoder fail
   */
  public record Questions(int rate, int maxBacklog, double intensity) {}

  /**
   * What answers.
   *
   * @param instances the largest number of applications
   * @param standbys standby replicas of the pending store
   * @param standIn how the encoder behaves
   * @param realModel whether the configured model encodes, and not the stand-in
   * @param settings which win over the runner's own
   */
  public record Applications(
      int instances,
      int standbys,
      StandInSettings standIn,
      boolean realModel,
      Map<String, String> settings) {
    public Applications {
      settings = Map.copyOf(settings);
    }
  }

  /** Replicas of each partition. */
  int replicas() {
    return Math.min(brokers, MAX_REPLICAS);
  }

  /** Whether the applications skip what changes nothing. */
  boolean skipsUnchanged() {
    return "skip".equals(applications.settings().get(QuestreamConfig.UNCHANGED));
  }

  boolean atLeastOnce() {
    return guarantee.equals(AT_LEAST_ONCE);
  }
}
