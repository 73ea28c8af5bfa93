package dev.questream.app.deadletter;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a replay did, or would do, with the dead letters that were meant. */
public final class ReplayTally {
  private final Map<String, Long> replayedByReason = new TreeMap<>();
  private long replayed;
  private long replayedBefore;
  private long notOurs;
  private long cut;
  private long presentTime;
  private long repeated;
  private Set<DeadLetterPosition> absent = Set.of();

  void replayed(DeadLetter letter, boolean withPresentTime) {
    replayed++;
    replayedByReason.merge(letter.reason(), 1L, Long::sum);
    presentTime += withPresentTime ? 1 : 0;
    repeated += letter.replays() > 0 ? 1 : 0;
  }

  void replayedBefore() {
    replayedBefore++;
  }

  void notOurs() {
    notOurs++;
  }

  void cut() {
    cut++;
  }

  void absent(Set<DeadLetterPosition> places) {
    absent = Set.copyOf(places);
  }

  /** Places that were named, and where no dead letter lies. */
  public Set<DeadLetterPosition> absent() {
    return absent;
  }

  /** Sent now, or by a dry run not sent. */
  public long replayed() {
    return replayed;
  }

  /** The same by reason. */
  public Map<String, Long> replayedByReason() {
    return Map.copyOf(replayedByReason);
  }

  /** Left alone because an earlier replay sent them. */
  public long replayedEarlier() {
    return replayedBefore;
  }

  /** Left alone because they are of another topic, or do not say of which. */
  public long ofOtherTopics() {
    return notOurs;
  }

  /** Left alone because they are not whole. */
  public long notWhole() {
    return cut;
  }

  /** Sent with the present time instead of their own. */
  public long withPresentTime() {
    return presentTime;
  }

  /** Sent, though an earlier replay did not help: they have died again since. */
  public long repeated() {
    return repeated;
  }
}
