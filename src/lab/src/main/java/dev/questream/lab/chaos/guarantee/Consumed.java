package dev.questream.lab.chaos.guarantee;

import dev.questream.app.kafka.RecordPosition;
import dev.questream.avro.QuestionEmbedding;

/** A committed record that the application wrote. */
public sealed interface Consumed {
  /** Where it was read. */
  RecordPosition place();

  /** An answer to a question of the workload. */
  sealed interface Answer extends Consumed {
    /** Which record of the workload it answers. */
    int number();

    /** When it was made, in milliseconds since 1970, as far as that can be told. */
    long madeAtMs();
  }

  /** An embedding, with the record's key as text and its question's timestamp. */
  record Embedded(
      int number,
      RecordPosition place,
      long madeAtMs,
      String key,
      long timestampMs,
      QuestionEmbedding value)
      implements Answer {}

  /** A tombstone, with the record's key as text. */
  record Deleted(int number, RecordPosition place, long madeAtMs, String key) implements Answer {}

  /** A dead letter, with what its headers say. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record DeadLetter(
      int number,
      RecordPosition place,
      long madeAtMs,
      String reason,
      RecordPosition source,
      byte[] key,
      byte[] value,
      long timestampMs)
      implements Answer {}

  /** A record that cannot be traced to the workload: it lost its header, or was never asked. */
  record Stray(RecordPosition place, String why) implements Consumed {}
}
