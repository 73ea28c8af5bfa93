package dev.questream.lab.chaos;

import java.util.Locale;
import java.util.Optional;

/** A word in a question's text that tells the stand-in encoder to misbehave on it. */
public enum Mark {
  /** Throws every time: the text must become a dead letter, alone. */
  FAIL,
  /** Throws the first time that a process sees the text. */
  THROW_ONCE,
  /** Does not answer for a long time, the first time that a process sees the text. */
  HANG,
  /** Answers about a second late. */
  LATE,
  /** Runs out of memory in any but a tiny batch. */
  OOM;

  /** The word: {@code #throw-once}. */
  public String word() {
    return "#" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The mark that a text's word stands for. */
  static Optional<Mark> of(String word) {
    for (Mark mark : values()) {
      if (mark.word().equals(word)) {
        return Optional.of(mark);
      }
    }
    return Optional.empty();
  }
}
