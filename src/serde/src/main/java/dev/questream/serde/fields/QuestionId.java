package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The id of a question: what is set, and must be there then; else the value's own, else the key. Of
 * a table's row it is the key first: its columns tell the rows apart, a column {@code id} perhaps
 * not.
 */
final class QuestionId {
  static final String FIELD = "id";
  static final String SEPARATOR = "/";

  private final Part part;
  private final boolean ofRows;

  /**
   * @param ofRows whether records are changes of a table
   */
  QuestionId(Part part, boolean ofRows) {
    this.part = part;
    this.ofRows = ofRows;
  }

  /**
   * The id; empty if nothing names one.
   *
   * @throws FieldException if it should be there and is not, or is no id
   */
  String of(RecordParts record) {
    if (part.set()) {
      List<String> found = new ArrayList<>();
      for (Source source : part.sources()) {
        found.add(required(source, source.find(record), () -> source.missing(record)));
      }
      return String.join(SEPARATOR, found);
    }
    String first = ofRows ? ofKey(record.key()) : own(record);
    if (!first.isEmpty()) {
      return first;
    }
    return ofRows ? own(record) : ofKey(record.key());
  }

  private String own(RecordParts record) {
    return optional(part.first().find(record));
  }

  /** Empty if there is no key, or it is null. */
  private String ofKey(Datum key) {
    if (key == null) {
      return "";
    }
    Datum named = ofRows ? null : key.field(FIELD);
    Datum one = named == null ? only(key) : named;
    return one == null ? key.json().toString() : optional(one);
  }

  /** The key, or its only field; null if it has several. */
  private static Datum only(Datum key) {
    return switch (key.names().size()) {
      case 0 -> key;
      case 1 -> key.field(key.names().iterator().next());
      default -> null;
    };
  }

  /**
   * The id that a record deletes; empty if nothing names one.
   *
   * @param record whose value, if it has any, is the row as it was
   * @param text without which the row was not sent whole
   * @throws FieldException if it should be there and is not
   */
  String deleted(RecordParts record, Part text) {
    if (!part.set()) {
      return of(record);
    }
    List<String> found = new ArrayList<>();
    for (Source source : part.sources()) {
      Datum own = source.find(record);
      boolean ofValue = source.origin() == Source.Origin.VALUE;
      if (ofValue && (own == null || own.json().isNull())) {
        Datum key = record.key();
        found.add(required(source, inKey(source, key), () -> missing(source, key)));
      } else {
        if (ofValue && ofRows) {
          requireWhole(source, record, text);
        }
        found.add(required(source, own, () -> source.missing(record)));
      }
    }
    return String.join(SEPARATOR, found);
  }

  /** Of a row that was not sent whole, columns outside of the key are null, 0 or empty. */
  private void requireWhole(Source source, RecordParts record, Part text) {
    if (!text.joined(record, "").orElse("").isEmpty()) {
      return;
    }
    Datum key = record.key();
    if (key != null && !key.names().isEmpty() && inKey(source, key) == null) {
      throw new FieldException(
          source.label()
              + ": "
              + missing(source, key)
              + "; let the table have REPLICA IDENTITY FULL");
    }
  }

  /**
   * The same field in a key: all of the key, if that is the only thing that it has. The key of a
   * row has the column's name, or has another column.
   */
  private Datum inKey(Source source, Datum key) {
    if (key == null) {
      return null;
    }
    Datum same = source.path().walk(key);
    Datum named = same == null ? key.field(source.lastName()) : same;
    boolean other = ofRows && !key.names().isEmpty();
    return named == null && !other && part.sources().size() == 1 ? only(key) : named;
  }

  private static String missing(Source source, Datum key) {
    return key == null
        ? "the record deletes, and has no key"
        : "the record deletes, and "
            + Path.missing("its key", source.lastName(), key.names(), Kinds.of(key));
  }

  private static String required(Source source, Datum found, Supplier<String> missing) {
    if (found == null) {
      throw new FieldException(source.label() + ": " + missing.get());
    }
    String text = text(source.label(), found.json());
    if (text.isEmpty()) {
      throw new FieldException(source.label() + " is empty");
    }
    return text;
  }

  private static String optional(Datum found) {
    JsonNode held = found == null ? null : found.json();
    return held == null || held.isNull() ? "" : text("\"id\"", held);
  }

  private static String text(String label, JsonNode held) {
    if (held.isTextual() || held.isIntegralNumber()) {
      return Mapping.wellFormed(held.asText(), label);
    }
    throw new FieldException(
        "%s is neither a string nor a whole number, it is %s".formatted(label, Kinds.of("", held)));
  }
}
