package dev.questream.serde;

import dev.questream.avro.Question;

/** What a record of the questions topic says. */
public sealed interface Reading {

  /** The question's id; empty if there is none. */
  String id();

  /**
   * A question.
   *
   * @param question its id is empty if nothing names one
   * @param title empty if there is none
   */
  record Asked(Question question, String title) implements Reading {
    @Override
    public String id() {
      return question.getId();
    }
  }

  /**
   * The question's embedding is to be deleted.
   *
   * @param byEvent whether a value says so, which a null value may repeat
   */
  record Deleted(String id, boolean byEvent) implements Reading {}

  /**
   * Nothing that asks or deletes.
   *
   * @param kind what it is, such as {@code heartbeat}
   */
  record Skipped(String kind) implements Reading {
    @Override
    public String id() {
      return "";
    }
  }
}
