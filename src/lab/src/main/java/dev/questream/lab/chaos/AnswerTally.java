package dev.questream.lab.chaos;

import dev.questream.lab.chaos.guarantee.Consumed;

/** Counts answers by what they are. */
public final class AnswerTally {
  private long embeddings;
  private long tombstones;
  private long deadLetters;

  /** Answers that were read, second ones too. */
  public record Counts(long embeddings, long tombstones, long deadLetters) {
    public long total() {
      return embeddings + tombstones + deadLetters;
    }
  }

  void count(Consumed.Answer answer) {
    if (answer instanceof Consumed.Embedded) {
      embeddings++;
    } else if (answer instanceof Consumed.Deleted) {
      tombstones++;
    } else {
      deadLetters++;
    }
  }

  Counts counts() {
    return new Counts(embeddings, tombstones, deadLetters);
  }
}
