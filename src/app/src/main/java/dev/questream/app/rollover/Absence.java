package dev.questream.app.rollover;

import java.util.Locale;

/** Why one side has an embedding of an id and the other has none. */
enum Absence {
  /** The other side has not read the question yet. */
  NOT_REACHED("not read yet"),
  /** The question is among the last; the other side may be at it. */
  IN_FLIGHT("asked a moment ago"),
  /** The questions topic no longer holds the question, and the other side had not read it. */
  RETENTION("no longer on the questions topic"),
  /** The other side has a dead letter of the question. */
  DEAD_LETTERED("a dead letter"),
  /** The other side has deleted the id. */
  DELETED("deleted"),
  /** The question was read from another topic than the one that is compared. */
  OTHER_TOPIC("asked on another topic"),
  /** The other side has read the question and not answered it. */
  UNANSWERED("read and not answered");

  private final String words;

  Absence(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /** The code in JSON and options. */
  String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
