package dev.questream.lab.chaos;

import dev.questream.lab.chaos.guarantee.Violations;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What came of a run.
 *
 * @param seconds how long it took
 * @param traffic questions and answers
 * @param trouble what was done to them, and what it did
 * @param violations by guarantee
 * @param folder where the logs are; deleted if nothing was violated
 */
public record ChaosResult(
    ChaosOptions options,
    double seconds,
    Traffic traffic,
    Trouble trouble,
    Map<String, Violations> violations,
    Path folder) {

  /**
   * Questions and answers.
   *
   * @param acknowledged questions that the broker took
   * @param unknown questions that it may or may not have taken
   * @param skipped questions that had to be skipped, because they change nothing
   * @param repeated answers beyond a question's first, allowed or not
   */
  public record Traffic(
      int acknowledged, int unknown, AnswerTally.Counts answers, int skipped, long repeated) {}

  /**
   * Faults and their effects.
   *
   * @param faults injected, by kind
   * @param marks questions that made the encoder misbehave, by kind
   * @param kills processes killed by SIGKILL
   * @param endedByThemselves applications that ended without being told to
   * @param stalls faults after which nothing was answered within the limit
   * @param recoveries milliseconds from the restart of a killed single application to its first
   *     committed embedding, in order of size
   */
  public record Trouble(
      Map<Fault, Integer> faults,
      Map<Mark, Integer> marks,
      int kills,
      int endedByThemselves,
      int stalls,
      List<Long> recoveries) {}

  /** Whether everything held. */
  public boolean sound() {
    return violationCount() == 0;
  }

  /** The breaches of all guarantees. */
  public long violationCount() {
    return violations.values().stream().mapToLong(Violations::count).sum();
  }
}
