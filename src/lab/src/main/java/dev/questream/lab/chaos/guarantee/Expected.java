package dev.questream.lab.chaos.guarantee;

import java.util.Map;

/** What must come of a record of the workload. */
public sealed interface Expected {

  /** An embedding of just this question, whose record has this timestamp. */
  record Embedding(
      String id, String text, Map<String, String> metadata, long askedAtMs, long timestampMs)
      implements Expected {}

  /** Nothing: the question is that which came before under its id, and such are skipped. */
  record Unchanged(Embedding question) implements Expected {}

  /**
   * A tombstone.
   *
   * @param id of the question that is deleted
   * @param target number of that question, produced before
   */
  record Tombstone(String id, int target) implements Expected {}

  /**
   * A dead letter with this reason and the original record.
   *
   * @param reason the code in its header
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record DeadLetter(String reason, byte[] key, byte[] value, long timestampMs)
      implements Expected {}

  /** Says what must come of the n-th record; computed anew each time, so that nothing is kept. */
  interface Workload {
    Expected expected(int number);

    /** The first record with the same id; the record itself if it is that. */
    default int origin(int number) {
      return number;
    }
  }
}
