package dev.questream.serde.fields;

import static dev.questream.serde.fields.InputConfig.ASKED_AT;
import static dev.questream.serde.fields.InputConfig.ID;
import static dev.questream.serde.fields.InputConfig.METADATA;
import static dev.questream.serde.fields.InputConfig.TEXT;
import static dev.questream.serde.fields.InputConfig.TITLE;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.avro.Question;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.config.ConfigException;

/**
 * Makes questions of records, as the settings say.
 *
 * <p>What is not set is taken by the names of our own schema, may be left out but for the text, and
 * must be of its type. What is set must be there if it is text or id, and may be any scalar.
 */
public final class Mapping {
  static final String TEXT_FIELD = "text";
  private static final String ID_FIELD = "id";
  private static final String ID_SEPARATOR = "/";

  private final Part text;
  private final Part id;
  private final Part title;
  private final Part askedAt;
  private final Part metadata;
  private final String separator;
  private final Envelope envelope;

  /** A part of a question, and whether somebody has said where it is. */
  private record Part(String setting, List<Source> sources, boolean set) {
    static Part of(InputConfig config, String setting) {
      Part part = new Part(setting, config.sources(setting), config.isSet(setting));
      if (part.sources.isEmpty() && (setting.equals(TEXT) || setting.equals(ID))) {
        throw new ConfigException(setting, "", "must name a field");
      }
      return part;
    }
  }

  /**
   * Reads settings.
   *
   * @throws ConfigException if one names no field
   */
  public Mapping(InputConfig config) {
    this.text = Part.of(config, TEXT);
    this.id = Part.of(config, ID);
    this.title = Part.of(config, TITLE);
    this.metadata = Part.of(config, METADATA);
    this.askedAt = Part.of(config, ASKED_AT);
    this.separator = config.separator();
    this.envelope = config.envelope();
  }

  /**
   * Opens the envelope of a record that has a value, and the schema that Connect puts around JSON.
   *
   * @throws FieldException if it is not in the envelope that is set
   */
  public Envelope.Opened open(RecordParts record) {
    return envelope.open(record, ConnectDatum.unwrapped(record.value()));
  }

  /** Whether the text is the one that is there already, which Debezium did not send again. */
  public boolean lacksText(RecordParts record) {
    if (envelope != Envelope.DEBEZIUM || text.sources().size() > 1) {
      return false;
    }
    Datum found = text.sources().get(0).find(record);
    return found != null && Debezium.UNAVAILABLE.equals(found.json().textValue());
  }

  /**
   * The question, with an empty id if nothing names one.
   *
   * @throws FieldException if the record has no text, or a part is of another type
   */
  public Question question(RecordParts record) {
    return new Question(id(record), text(record), metadata(record), askedAt(record));
  }

  /** The title; empty if there is none. */
  public String title(RecordParts record) {
    return joined(title, record).orElse("");
  }

  private String text(RecordParts record) {
    if (text.set()) {
      return joined(text, record)
          .orElseThrow(
              () -> {
                Source first = text.sources().get(0);
                Datum found = first.find(record);
                return new FieldException(
                    first.label()
                        + ": "
                        + (found == null ? first.missing(record) : "it is " + Kinds.of(found)));
              });
    }
    Source source = text.sources().get(0);
    Datum found = source.find(record);
    JsonNode held = found == null ? null : found.json();
    if (held == null || !held.isTextual()) {
      throw new FieldException(
          "the value is no JSON object with a string \"%s\"%s"
              .formatted(
                  source.name(),
                  held == null
                      ? ": %s; name the right one with %s".formatted(source.missing(record), TEXT)
                      : ", it is " + Kinds.of("", held)));
    }
    return held.textValue();
  }

  /** All that are there; empty if none is. */
  private Optional<String> joined(Part part, RecordParts record) {
    String joined = null;
    for (Source source : part.sources()) {
      Datum datum = source.find(record);
      JsonNode held = datum == null ? null : datum.json();
      if (held != null && !held.isNull()) {
        String text = scalars(source.label(), held, separator);
        requireSent(part, source, text);
        joined = joined == null ? text : joined + separator + text;
      }
    }
    return Optional.ofNullable(joined);
  }

  /** A text alone that was not changed is no question; half of one is none either. */
  private void requireSent(Part part, Source source, String text) {
    if (text.equals(Debezium.UNAVAILABLE) && (part.sources().size() > 1 || part != this.text)) {
      throw new FieldException(
          source.label()
              + " was not changed, so Debezium left it out: let the table have REPLICA IDENTITY"
              + " FULL");
    }
  }

  private static String scalars(String name, JsonNode held, String separator) {
    if (held.isArray()) {
      List<String> items = new ArrayList<>();
      held.forEach(item -> items.add(scalar(name, item)));
      return String.join(separator, items);
    }
    return scalar(name, held);
  }

  private static String scalar(String name, JsonNode held) {
    if (held.isContainerNode()) {
      throw new FieldException(
          held.isObject()
              ? "%s is an object: name one of its fields, which are %s"
                  .formatted(name, new JsonDatum(held).names())
              : name + " is an array of arrays");
    }
    return held.asText();
  }

  private String id(RecordParts record) {
    if (id.set()) {
      List<String> found = new ArrayList<>();
      for (Source source : id.sources()) {
        found.add(required(source, source.find(record), () -> source.missing(record)));
      }
      return String.join(ID_SEPARATOR, found);
    }
    String own = optionalId(id.sources().get(0).find(record));
    return own.isEmpty() && record.key() != null ? keyId(record.key()) : own;
  }

  /**
   * The id of a question that a record deletes; empty if nothing names one.
   *
   * @param record whose value, if it has any, is the row as it was
   */
  public String deletedId(RecordParts record) {
    if (!id.set()) {
      return id(record);
    }
    List<String> found = new ArrayList<>();
    for (Source source : id.sources()) {
      Datum own = source.find(record);
      boolean inKey =
          source.origin() == Source.Origin.VALUE && (own == null || own.json().isNull());
      found.add(
          inKey
              ? required(
                  source,
                  record.key() == null ? null : inKey(source, record.key()),
                  () ->
                      record.key() == null
                          ? "the record deletes, and has no key"
                          : "the record deletes; of its key, "
                              + Path.missing(
                                  "which",
                                  source.lastName(),
                                  record.key().names(),
                                  Kinds.of(record.key())))
              : required(source, own, () -> source.missing(record)));
    }
    return String.join(ID_SEPARATOR, found);
  }

  /** The same field in a key: all of the key, if that is the only thing that it has. */
  private Datum inKey(Source source, Datum key) {
    Datum same = source.path().walk(key);
    Datum named = same == null ? key.field(source.lastName()) : same;
    return named == null && id.sources().size() == 1 ? only(key) : named;
  }

  private static Datum only(Datum key) {
    return switch (key.names().size()) {
      case 0 -> key;
      case 1 -> key.field(key.names().iterator().next());
      default -> null;
    };
  }

  private static String keyId(Datum key) {
    Datum named = key.field(ID_FIELD);
    Datum one = named == null ? only(key) : named;
    return one == null ? key.json().toString() : optionalId(one);
  }

  private String required(Source source, Datum found, Supplier<String> missing) {
    if (found == null) {
      throw new FieldException(source.label() + ": " + missing.get());
    }
    String text = idText(source.label(), found.json());
    if (text.isEmpty()) {
      throw new FieldException(source.label() + " is empty");
    }
    return text;
  }

  private static String optionalId(Datum found) {
    JsonNode held = found == null ? null : found.json();
    return held == null || held.isNull() ? "" : idText("\"id\"", held);
  }

  private static String idText(String name, JsonNode held) {
    if (held.isTextual() || held.isIntegralNumber()) {
      return wellFormed(held.asText(), name);
    }
    throw new FieldException(
        "%s is neither a string nor a whole number, it is %s".formatted(name, Kinds.of("", held)));
  }

  private Map<String, String> metadata(RecordParts record) {
    Map<String, String> entries = new HashMap<>();
    for (Source source : metadata.sources()) {
      Datum datum = source.find(record);
      JsonNode held = datum == null ? null : datum.json();
      if (held == null || held.isNull()) {
        continue;
      }
      if (held.isObject()) {
        held.properties().forEach(field -> put(entries, field.getKey(), field.getValue()));
      } else if (metadata.set()) {
        put(entries, name(source), held);
      } else {
        throw new FieldException("\"metadata\" is no object, it is " + Kinds.of("", held));
      }
    }
    return entries;
  }

  /** Its last name, or all of them where that is not only its. */
  private String name(Source source) {
    long same =
        metadata.sources().stream()
            .filter(other -> other.lastName().equals(source.lastName()))
            .count();
    return same == 1 ? source.lastName() : source.name();
  }

  private static void put(Map<String, String> entries, String name, JsonNode value) {
    entries.put(
        wellFormed(name, "a name in \"metadata\""),
        wellFormed(
            value.isTextual() ? value.textValue() : value.toString(), "a value in \"metadata\""));
  }

  private long askedAt(RecordParts record) {
    if (askedAt.sources().isEmpty()) {
      return 0;
    }
    Source source = askedAt.sources().get(0);
    Datum found = source.find(record);
    return found == null ? 0 : PointInTime.millis(found, source.label());
  }

  /** Strings with half of a surrogate pair have no UTF-8 form. */
  private static String wellFormed(String text, String what) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new FieldException(what + " has half of a surrogate pair");
    }
    return text;
  }

  /**
   * The fields of the value that it needs; empty for all.
   *
   * @param written the fields that the writer has
   */
  public Optional<Set<String>> fields(Collection<String> written) {
    Set<String> names = new HashSet<>(envelope.fields());
    if (!written.containsAll(names)) {
      return Optional.empty(); // all of it tells what else it is
    }
    for (Part part : parts()) {
      for (Source source : part.sources()) {
        if (source.origin() == Source.Origin.VALUE) {
          if (source.path().steps().isEmpty()) {
            return Optional.empty();
          }
          names.add(source.path().steps().get(0));
        }
      }
    }
    return Optional.of(names);
  }

  /**
   * The field of the value that its text needs and that a writer does not have; empty if it has
   * one.
   *
   * @param names of all fields that the writer has
   */
  public Optional<String> missingText(Collection<String> names) {
    boolean elsewhere =
        envelope != Envelope.NONE
            || text.sources().stream()
                .anyMatch(
                    source ->
                        source.origin() != Source.Origin.VALUE
                            || names.contains(source.path().steps().get(0)));
    return elsewhere ? Optional.empty() : Optional.of(text.sources().get(0).path().steps().get(0));
  }

  /** A path into the value that the text is taken from, and that no plain text has. */
  public Optional<String> fieldOfText() {
    return text.sources().stream()
        .filter(source -> source.origin() == Source.Origin.VALUE)
        .filter(source -> !source.path().steps().isEmpty())
        .map(source -> source.path().toString())
        .filter(path -> envelope == Envelope.NONE && !path.equals(TEXT_FIELD))
        .findFirst();
  }

  /** The paths into the value that were set, by how they were written. */
  public Map<String, Path> paths() {
    Map<String, Path> paths = new LinkedHashMap<>();
    for (Part part : parts()) {
      for (Source source : part.sources()) {
        if (part.set() && source.origin() == Source.Origin.VALUE) {
          paths.put(source.label(), source.path());
        }
      }
    }
    return paths;
  }

  private List<Part> parts() {
    return List.of(text, id, title, askedAt, metadata);
  }
}
