package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.serde.fields.Envelope.Opened;
import java.util.Collection;
import java.util.Set;

/**
 * Debezium's change events: the envelope with {@code op}, {@code before} and {@code after}, or the
 * row alone as {@code ExtractNewRecordState} leaves it.
 *
 * @see <a href="https://debezium.io/documentation/reference/stable/connectors/mysql.html">the
 *     events</a>
 */
final class Debezium {
  /** Where a column that was not changed has not been sent. */
  private static final String UNAVAILABLE = "__debezium_unavailable_value";

  private static final String OPERATION = "op";
  private static final String BEFORE = "before";
  private static final String AFTER = "after";
  private static final String SOURCE = "source";

  /** What an envelope is known by. */
  static final Set<String> FIELDS = Set.of(OPERATION, BEFORE, AFTER, SOURCE);

  /** A row that was read or made; not one that was changed. */
  private static final Set<String> FIRST = Set.of("c", "r");

  /** Where a row has got another key: it is deleted under the old one and made under this. */
  private static final String OLD_KEY = "__debezium.oldkey";

  private static final Set<String> TRANSACTION =
      Set.of("status", "id", "event_count", "data_collections", "ts_ms");

  private Debezium() {}

  static Opened open(RecordParts record, Datum value) {
    String operation = string(value, OPERATION);
    Datum source = value.field(SOURCE);
    boolean enveloped =
        value.field(BEFORE) != null
            || value.field(AFTER) != null
            || (source != null && !source.names().isEmpty());
    return operation.isEmpty() || !enveloped ? unwrapped(record, value) : event(value, operation);
  }

  private static Opened event(Datum value, String operation) {
    return switch (operation) {
      case "c", "r", "u" -> {
        Datum after = row(value, AFTER);
        if (after == null) {
          throw new FieldException(
              "the change has the operation \"%s\" and no \"after\"".formatted(operation));
        }
        yield new Opened.Row(new Layers(after, value), FIRST.contains(operation));
      }
      case "d" -> {
        Datum before = row(value, BEFORE);
        yield new Opened.Deleted(
            new Layers(before == null ? JsonDatum.NOTHING : before, new Gone(value, before)), true);
      }
      case "t" -> new Opened.Skipped("truncate");
      case "m" -> new Opened.Skipped("message");
      default ->
          throw new FieldException(
              "the change has the operation \"%s\", which is not known".formatted(operation));
    };
  }

  /** Whether a column was not sent, as a text, bytes, or a list of texts. */
  static boolean isUnavailable(JsonNode column) {
    JsonNode held = column.size() == 1 && column.isArray() ? column.get(0) : column;
    return UNAVAILABLE.equals(held.textValue());
  }

  /** MongoDB's documents are JSON in a string. */
  private static Datum row(Datum value, String name) {
    Datum row = value.field(name);
    if (row == null || row.names().isEmpty()) {
      JsonNode held = row == null ? null : row.raw();
      return held == null || !held.isTextual() ? null : JsonDatum.parse(held.textValue(), name);
    }
    return row;
  }

  /** The envelope of a deletion: the row is called as it is in all other changes. */
  private record Gone(Datum event, Datum before) implements Datum {
    @Override
    public Datum field(String name) {
      return name.equals(AFTER) ? before : event.field(name);
    }

    @Override
    public Collection<String> names() {
      return event.names();
    }

    @Override
    public JsonNode raw() {
      return event.raw();
    }
  }

  private static Opened unwrapped(RecordParts record, Datum row) {
    if (row instanceof JsonDatum json && json.raw().isNull()) {
      return new Opened.Deleted(JsonDatum.NOTHING, false); // without its schema
    }
    String operation = string(row, "__op");
    if (string(row, "__deleted").equals("true") || operation.equals("d")) {
      return new Opened.Deleted(row, true);
    }
    if (operation.equals("t")) {
      return new Opened.Skipped("truncate");
    }
    Collection<String> names = row.names();
    if (names.size() == 1 && names.contains("ts_ms")) {
      return new Opened.Skipped("heartbeat");
    }
    if (TRANSACTION.containsAll(names) && Set.of("BEGIN", "END").contains(string(row, "status"))) {
      return new Opened.Skipped("transaction");
    }
    if (names.contains("databaseName") && names.contains("tableChanges")) {
      return new Opened.Skipped("schema-change");
    }
    return new Opened.Row(row, FIRST.contains(operation) || record.hasHeader(OLD_KEY));
  }

  private static String string(Datum value, String name) {
    Datum found = value.field(name);
    JsonNode held = found == null ? null : found.raw();
    return held == null || held.isNull() || held.isContainerNode() ? "" : held.asText();
  }
}
