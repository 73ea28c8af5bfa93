package dev.questream.serde.fields;

import java.util.List;
import org.apache.kafka.common.config.ConfigException;

/**
 * Where a part of a question is taken from: {@code key}, a field of it ({@code key.id}), {@code
 * headers.NAME}, {@code timestamp}, {@code value}, or else a field of the value.
 *
 * @param origin the part of the record
 * @param path in the key or the value, or the header's name
 * @param name as it was written
 * @param label what it is called in messages
 */
record Source(Origin origin, Path path, String name, String label) {
  private static final String KEY = "key";
  private static final String VALUE = "value";
  private static final String TIMESTAMP = "timestamp";
  private static final String HEADERS = "headers.";

  /** The parts of a record. */
  enum Origin {
    VALUE,
    KEY,
    HEADER,
    TIMESTAMP
  }

  /**
   * Reads a source.
   *
   * @param label what it is called in messages
   * @throws ConfigException if it is none
   */
  static Source of(String setting, String written, String label) {
    if (written.startsWith(HEADERS) && written.length() > HEADERS.length()) {
      String header = written.substring(HEADERS.length());
      return new Source(Origin.HEADER, new Path(List.of(header)), written, label);
    }
    try {
      Path path = Path.of(written);
      Path inside = new Path(path.steps().stream().skip(1).toList());
      return switch (path.steps().isEmpty() ? "" : path.steps().get(0)) {
        case "" -> throw new IllegalArgumentException("a path is empty");
        case KEY -> new Source(Origin.KEY, inside, written, label);
        case VALUE -> new Source(Origin.VALUE, inside, written, label);
        case TIMESTAMP -> {
          if (!inside.steps().isEmpty()) {
            throw new IllegalArgumentException(
                "the record's timestamp has no fields; a field of the value is value." + written);
          }
          yield new Source(Origin.TIMESTAMP, path, written, label);
        }
        default -> new Source(Origin.VALUE, path, written, label);
      };
    } catch (IllegalArgumentException e) {
      throw new ConfigException(setting, written, e.getMessage());
    }
  }

  /** What is there; null if nothing is. */
  Datum find(RecordParts record) {
    return switch (origin) {
      case VALUE -> path.walk(record.value());
      case KEY -> record.key() == null ? null : path.walk(record.key());
      case HEADER -> record.header(path.lastName());
      case TIMESTAMP -> record.timestampMs() < 0 ? null : JsonDatum.number(record.timestampMs());
    };
  }

  /** Why nothing is there. */
  String missing(RecordParts record) {
    return switch (origin) {
      case VALUE -> path.missing(record.value(), "the value");
      case KEY ->
          record.key() == null ? "the record has no key" : path.missing(record.key(), "the key");
      case HEADER -> "the record has no header " + path.lastName();
      case TIMESTAMP -> "the record has no timestamp";
    };
  }

  /** What the value found there goes by in metadata. */
  String lastName() {
    return switch (origin) {
      case TIMESTAMP -> TIMESTAMP;
      case KEY -> path.steps().isEmpty() ? KEY : path.lastName();
      case HEADER, VALUE -> path.lastName();
    };
  }
}
