package dev.questream.serde.fields;

import static dev.questream.serde.fields.InputConfig.ASKED_AT;
import static dev.questream.serde.fields.InputConfig.ID;
import static dev.questream.serde.fields.InputConfig.METADATA;
import static dev.questream.serde.fields.InputConfig.TEXT;
import static dev.questream.serde.fields.InputConfig.TITLE;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.questream.avro.Question;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;

/**
 * Puts questions where {@link Mapping} takes them from.
 *
 * <p>Of several fields of a text the last gets all of it. What is not set is left out, unless the
 * records are known to have it.
 */
public final class QuestionShaper {
  private static final String DATA = "data";
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "specversion",
          "id",
          "source",
          "type",
          "subject",
          "time",
          "datacontenttype",
          "dataschema",
          DATA);

  private final Part text;
  private final Part id;
  private final Part title;
  private final Part askedAt;
  private final Part metadata;
  private final boolean events;

  /**
   * Reads settings.
   *
   * @throws ConfigException if nobody but a database writes such records
   */
  public QuestionShaper(InputConfig config) {
    if (config.envelope() == Envelope.DEBEZIUM) {
      throw new ConfigException(
          "with input.envelope=debezium questions come from the database: insert a row there");
    }
    this.text = Part.required(config, TEXT);
    this.id = Part.required(config, ID);
    this.title = Part.of(config, TITLE);
    this.metadata = Part.of(config, METADATA);
    this.askedAt = Part.of(config, ASKED_AT);
    this.events = config.envelope() == Envelope.CLOUDEVENTS;
  }

  /** How many fields an id is joined of. */
  public int idParts() {
    return id.sources().size();
  }

  /**
   * The question in their shape.
   *
   * @param title empty if there is none
   * @param has whether the records have a field of this name
   * @throws FieldException if a part of it has no place there
   */
  public Shaped shape(Question question, String title, Predicate<String> has) {
    Draft draft = new Draft();
    putId(draft, question.getId(), has);
    draft.put(text.last(), question.getText());
    if (!title.isEmpty()) {
      if (this.title.sources().isEmpty()) {
        throw new FieldException(TITLE + " names no field for the title");
      }
      draft.put(this.title.last(), title);
    }
    question.getMetadata().forEach((name, held) -> putMetadata(draft, name, held));
    if (question.getAskedAtMs() != 0 && !askedAt.sources().isEmpty()) {
      putTime(draft, question.getAskedAtMs(), has);
    }
    return draft.shaped(question.getId());
  }

  private void putId(Draft draft, String written, Predicate<String> has) {
    if (!id.set()) {
      if (events || has.test(QuestionId.FIELD)) {
        draft.value.put(List.of(QuestionId.FIELD), written);
      }
      return;
    }
    String[] parts = written.split(QuestionId.SEPARATOR, idParts());
    if (parts.length < idParts()) {
      throw new FieldException(
          "%s joins %d fields by a slash, and \"%s\" has not so many parts"
              .formatted(ID, idParts(), written));
    }
    for (int i = 0; i < parts.length; i++) {
      draft.put(id.sources().get(i), parts[i]);
    }
  }

  private void putMetadata(Draft draft, String name, String held) {
    if (!metadata.set()) {
      Source whole = metadata.first();
      draft.value.put(
          steps(Stream.concat(whole.path().steps().stream(), Stream.of(name)).toList()), held);
      return;
    }
    Source source =
        metadata.sources().stream()
            .filter(one -> metadata.name(one).equals(name))
            .findFirst()
            .orElseThrow(() -> new FieldException(METADATA + " names no field " + name));
    draft.put(source, held);
  }

  private void putTime(Draft draft, long millis, Predicate<String> has) {
    Source source = askedAt.first();
    String iso = Instant.ofEpochMilli(millis).toString();
    if (source.origin() == Source.Origin.TIMESTAMP) {
      draft.timestampMs = millis;
    } else if (askedAt.set()) {
      draft.put(source, iso);
    } else if (events) {
      draft.value.put(List.of("time"), iso);
    } else if (has.test(source.path().toString())) {
      draft.value.put(source.path().steps(), iso);
    }
  }

  /** Where a path of the value begins: in the data of an event, but for its attributes. */
  private List<String> steps(List<String> path) {
    return !events || (!path.isEmpty() && ATTRIBUTES.contains(path.get(0)))
        ? path
        : Stream.concat(Stream.of(DATA), path.stream()).toList();
  }

  /** A record in the making. */
  private final class Draft {
    final JsonDraft value = new JsonDraft();
    final JsonDraft key = new JsonDraft();
    final Map<String, String> headers = new LinkedHashMap<>();
    Long timestampMs;

    void put(Source source, String text) {
      try {
        switch (source.origin()) {
          case VALUE -> value.put(steps(source.path().steps()), text);
          case KEY -> key.put(source.path().steps(), text);
          case HEADER -> putHeader(source.path().lastName(), text);
          case TIMESTAMP -> throw new FieldException("the record's timestamp cannot be chosen");
        }
      } catch (FieldException e) {
        throw new FieldException(source.label() + ": " + e.getMessage(), e);
      }
    }

    private void putHeader(String name, String text) {
      String before = headers.putIfAbsent(name, text);
      if (before != null && !before.equals(text)) {
        throw new FieldException("the header has two values");
      }
    }

    Shaped shaped(String id) {
      if (events) {
        value.preset("specversion", "1.0");
        value.preset("id", id);
        value.preset("source", "questream");
        value.preset("type", "dev.questream.question");
        value.preset("datacontenttype", "application/json");
        headers.putIfAbsent(CloudEvents.CONTENT_TYPE, CloudEvents.STRUCTURED_JSON);
      }
      return new Shaped(
          value.json(),
          key.isEmpty() ? TextNode.valueOf(id) : key.json(),
          !key.isEmpty(),
          headers,
          timestampMs);
    }
  }
}
