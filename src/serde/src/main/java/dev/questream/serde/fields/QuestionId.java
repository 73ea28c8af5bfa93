package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The id of a question: what is set, and must be there then; else the value's own, else the key.
 */
final class QuestionId {
  static final String FIELD = "id";
  static final String SEPARATOR = "/";

  private final Part part;

  QuestionId(Part part) {
    this.part = part;
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
    String own = optional(part.first().find(record));
    return own.isEmpty() && record.key() != null ? ofKey(record.key()) : own;
  }

  private static String ofKey(Datum key) {
    Datum named = key.field(FIELD);
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
   */
  String deleted(RecordParts record) {
    if (!part.set()) {
      return of(record);
    }
    List<String> found = new ArrayList<>();
    for (Source source : part.sources()) {
      Datum own = source.find(record);
      boolean inKey =
          source.origin() == Source.Origin.VALUE && (own == null || own.json().isNull());
      found.add(
          inKey
              ? required(source, inKey(source, record.key()), () -> missing(source, record.key()))
              : required(source, own, () -> source.missing(record)));
    }
    return String.join(SEPARATOR, found);
  }

  /** The same field in a key: all of the key, if that is the only thing that it has. */
  private Datum inKey(Source source, Datum key) {
    if (key == null) {
      return null;
    }
    Datum same = source.path().walk(key);
    Datum named = same == null ? key.field(source.lastName()) : same;
    return named == null && part.sources().size() == 1 ? only(key) : named;
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
