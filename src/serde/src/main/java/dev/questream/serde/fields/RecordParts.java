package dev.questream.serde.fields;

/** A record, each part read when it is asked for: what is not needed may be anything. */
public interface RecordParts {

  /** The value; a deletion has none. */
  Datum value();

  /** The key; null without one. */
  Datum key();

  /** The last header of that name, as text; null without one. */
  Datum header(String name);

  /** Whether it has a header of that name, of whatever content. */
  boolean hasHeader(String name);

  /** Its timestamp in milliseconds since 1970-01-01 UTC; -1 without one. */
  long timestampMs();
}
