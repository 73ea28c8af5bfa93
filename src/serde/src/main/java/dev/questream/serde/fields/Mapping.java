package dev.questream.serde.fields;

import static dev.questream.serde.fields.InputConfig.ASKED_AT;
import static dev.questream.serde.fields.InputConfig.ID;
import static dev.questream.serde.fields.InputConfig.METADATA;
import static dev.questream.serde.fields.InputConfig.TEXT;
import static dev.questream.serde.fields.InputConfig.TITLE;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.avro.Question;
import dev.questream.serde.fields.Envelope.Opened;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;

/**
 * Makes questions of records, as the settings say.
 *
 * <p>What is not set is taken by the names of our own schema, may be left out but for the text, and
 * must be of its type. What is set must be there if it is text or id, and may be any scalar.
 */
public final class Mapping {
  static final String TEXT_FIELD = "text";

  private final Part text;
  private final Part id;
  private final Part title;
  private final Part askedAt;
  private final Part metadata;
  private final QuestionId ids;
  private final String separator;
  private final Envelope envelope;

  /**
   * Reads settings.
   *
   * @throws ConfigException if one names no field
   */
  public Mapping(InputConfig config) {
    this.text = Part.required(config, TEXT);
    this.id = Part.required(config, ID);
    this.title = Part.of(config, TITLE);
    this.metadata = Part.of(config, METADATA);
    this.askedAt = Part.of(config, ASKED_AT);
    this.ids = new QuestionId(id, config.envelope() == Envelope.DEBEZIUM);
    this.separator = config.separator();
    this.envelope = config.envelope();
  }

  /**
   * Opens the envelope of a record that has a value, and the schema that Connect puts around JSON.
   *
   * @throws FieldException if it is not in the envelope that is set
   */
  public Opened open(RecordParts record) {
    Datum value = record.value();
    return ConnectDatum.isNull(value)
        ? new Opened.Deleted(JsonDatum.NOTHING, false)
        : envelope.open(record, ConnectDatum.unwrapped(value));
  }

  /** Whether the text is the one that is there already, which Debezium did not send again. */
  public boolean lacksText(RecordParts record) {
    if (!readsRows() || text.sources().size() > 1) {
      return false;
    }
    Datum found = text.first().find(record);
    return found != null && Debezium.isUnavailable(found.json());
  }

  /** Whether records are rows of a table: one without a text is there, and has no embedding. */
  public boolean readsRows() {
    return envelope == Envelope.DEBEZIUM;
  }

  /** What the text is taken from, as messages call it. */
  public String textSources() {
    return text.set()
        ? text.sources().stream().map(Source::label).collect(Collectors.joining(", "))
        : TEXT_FIELD;
  }

  /** Whether a row of a table has NULL for a text. */
  public boolean isNull(RecordParts record) {
    return readsRows() && text.isNull(record);
  }

  /**
   * The question, with an empty id if nothing names one.
   *
   * @throws FieldException if the record has no text, or a part is of another type
   */
  public Question question(RecordParts record) {
    return new Question(ids.of(record), text(record), metadata(record), askedAt(record));
  }

  /** The title; empty if there is none. */
  public String title(RecordParts record) {
    return title.joined(record, separator).orElse("");
  }

  /** The id of the question; empty if nothing names one. */
  public String id(RecordParts record) {
    return ids.of(record);
  }

  /**
   * The id of a question that a record deletes; empty if nothing names one.
   *
   * @param record whose value, if it has any, is the row as it was
   */
  public String deletedId(RecordParts record) {
    return ids.deleted(record, text);
  }

  private String text(RecordParts record) {
    return text.set()
        ? text.joined(record, separator).orElseThrow(() -> withoutText(record))
        : ownText(record);
  }

  private FieldException withoutText(RecordParts record) {
    Source first = text.first();
    Datum found = first.find(record);
    return new FieldException(
        first.label()
            + ": "
            + (found == null ? first.missing(record) : "it is " + Kinds.of(found)));
  }

  private String ownText(RecordParts record) {
    Source source = text.first();
    Datum found = source.find(record);
    JsonNode held = found == null ? null : found.json();
    if (held != null && held.isTextual()) {
      return held.textValue();
    }
    throw new FieldException(
        "the value is no JSON object with a string \"text\""
            + (held == null
                ? ": %s; name the right one with %s".formatted(source.missing(record), TEXT)
                : ", it is " + Kinds.of("", held)));
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
        put(entries, metadata.name(source), held);
      } else {
        throw new FieldException("\"metadata\" is no object, it is " + Kinds.of("", held));
      }
    }
    return entries;
  }

  /** What Debezium left out is left out. */
  private static void put(Map<String, String> entries, String name, JsonNode value) {
    if (Debezium.isUnavailable(value)) {
      return;
    }
    entries.put(
        wellFormed(name, "a name in \"metadata\""),
        wellFormed(
            value.isTextual() ? value.textValue() : value.toString(), "a value in \"metadata\""));
  }

  private long askedAt(RecordParts record) {
    if (askedAt.sources().isEmpty()) {
      return 0;
    }
    Datum found = askedAt.first().find(record);
    return found == null ? 0 : PointInTime.millis(found, askedAt.first().label());
  }

  /** Strings with half of a surrogate pair have no UTF-8 form. */
  static String wellFormed(String text, String what) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new FieldException(what + " has half of a surrogate pair");
    }
    return text;
  }

  // What can be said of it before there are records

  private List<Part> parts() {
    return List.of(text, id, title, askedAt, metadata);
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
    return elsewhere ? Optional.empty() : Optional.of(text.first().path().steps().get(0));
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
}
