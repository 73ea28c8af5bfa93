package dev.questream.serde.fields;

import java.util.Set;

/** What the value of a record is wrapped in. */
public enum Envelope {
  /** Nothing. */
  NONE {
    @Override
    Opened open(RecordParts record, Datum value) {
      return new Opened.Row(value, false);
    }
  },
  /** Changes of a table, as Debezium writes them. */
  DEBEZIUM {
    @Override
    Opened open(RecordParts record, Datum value) {
      return Debezium.open(record, value);
    }

    @Override
    Set<String> fields() {
      return Debezium.FIELDS;
    }
  },
  /** Events after the CNCF's specification. */
  CLOUDEVENTS {
    @Override
    Opened open(RecordParts record, Datum value) {
      return CloudEvents.open(record, value);
    }
  };

  /** What was inside. */
  public sealed interface Opened {
    /**
     * A question, perhaps.
     *
     * @param first whether nothing of this id can have been there before
     */
    record Row(Datum value, boolean first) implements Opened {}

    /**
     * A deletion.
     *
     * @param value what there was before
     * @param byEvent whether it says so; otherwise it is null
     */
    record Deleted(Datum value, boolean byEvent) implements Opened {}

    /** Nothing that concerns a single question, of such a kind. */
    record Skipped(String kind) implements Opened {}
  }

  /**
   * Opens the envelope.
   *
   * @param value of the record, without the schema that Connect puts around it
   * @throws FieldException if it is no such envelope
   */
  abstract Opened open(RecordParts record, Datum value);

  /** The fields of the value that it needs itself. */
  Set<String> fields() {
    return Set.of();
  }
}
