package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;

/** A value of a record, in whatever format it came: what a {@link Path} walks through. */
public interface Datum {

  /** The value of a field; null if there is none of that name, or this has no fields. */
  Datum field(String name);

  /** An item of an array, from 0; null if there is none, or this is no array. */
  default Datum item(int index) {
    return null;
  }

  /** The names of its fields; empty if it has none. */
  default Collection<String> names() {
    return List.of();
  }

  /**
   * A scalar as it was written, bytes as a binary node. An object or an array, made of what each
   * part {@linkplain #json means}.
   */
  JsonNode raw();

  /** What its schema says that it stands for, after {@link Meaning}; empty if nothing. */
  default String meaning() {
    return "";
  }

  /** The scale of a decimal. */
  default int scale() {
    return 0;
  }

  /**
   * What it means: a number for numbers and decimals, text in ISO 8601 for times, text for strings,
   * UUIDs and other bytes.
   *
   * @throws FieldException if bytes are no text
   */
  default JsonNode json() {
    return Meaning.json(this);
  }
}
