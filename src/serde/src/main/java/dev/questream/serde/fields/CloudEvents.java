package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.questream.serde.fields.Envelope.Opened;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;

/**
 * Events in the CNCF's form: structured, where the value holds all of it in JSON, or binary, where
 * the value is the data and the attributes are headers.
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">the
 *     Kafka binding</a>
 */
final class CloudEvents {
  static final String CONTENT_TYPE = "content-type";
  private static final String STRUCTURED = "application/cloudevents";
  static final String STRUCTURED_JSON = "application/cloudevents+json";
  private static final Set<String> REQUIRED = Set.of("specversion", "id", "source", "type");
  private static final String DATA = "data";
  private static final String DATA_BASE64 = "data_base64";
  private static final JsonDatum NO_DATA = new JsonDatum(JsonNodeFactory.instance.nullNode());

  private CloudEvents() {}

  static Opened open(RecordParts record, Datum value) {
    String type = string(record.header(CONTENT_TYPE)).toLowerCase(Locale.ROOT);
    boolean attributes = record.header("ce_specversion") != null || record.header("ce_id") != null;
    if (type.startsWith(STRUCTURED) && !type.startsWith(STRUCTURED_JSON)) {
      throw new FieldException(
          "the event is of the content type %s, only %s is read".formatted(type, STRUCTURED_JSON));
    }
    if (!type.startsWith(STRUCTURED) && attributes) {
      return new Opened.Row(new Layers(value, new Headers(record)), false);
    }
    if (!value.names().containsAll(REQUIRED)) {
      throw new FieldException(
          "the value is no CloudEvent: it has no headers ce_*, and not all of %s"
              .formatted(REQUIRED.stream().sorted().toList()));
    }
    return new Opened.Row(new Layers(data(value), new Event(value)), false);
  }

  private static String string(Datum datum) {
    return datum == null ? "" : datum.raw().asText();
  }

  private static Datum data(Datum event) {
    Datum encoded = event.field(DATA_BASE64);
    if (encoded == null || encoded.raw().isNull()) {
      Datum data = event.field(DATA);
      return data == null ? NO_DATA : ConnectDatum.unwrapped(data);
    }
    String type = string(event.field("datacontenttype"));
    try {
      byte[] bytes = Base64.getDecoder().decode(encoded.raw().asText());
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return type.isEmpty() || type.contains("json")
          ? JsonDatum.parse(text, DATA_BASE64)
          : new PlainText(text);
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw new FieldException("the event's data_base64 is no text in base64", e);
    }
  }

  /** What stands for {@code asked_at_ms}, where the data has none. */
  private static String attribute(String name) {
    return name.equals(InputConfig.ASKED_AT_FIELD) ? "time" : name;
  }

  private record Event(Datum event) implements Datum {
    @Override
    public Datum field(String name) {
      return event.field(attribute(name));
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

  private record Headers(RecordParts record) implements Datum {
    @Override
    public Datum field(String name) {
      return name.equals("datacontenttype")
          ? record.header(CONTENT_TYPE)
          : record.header("ce_" + attribute(name));
    }

    @Override
    public JsonNode raw() {
      return record.value().raw();
    }
  }
}
