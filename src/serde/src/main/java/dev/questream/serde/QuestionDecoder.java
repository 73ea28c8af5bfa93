package dev.questream.serde;

import dev.questream.avro.Question;
import dev.questream.serde.SerdeConfig.InputFormat;
import dev.questream.serde.fields.Datum;
import dev.questream.serde.fields.Envelope.Opened;
import dev.questream.serde.fields.FieldException;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.fields.JsonDatum;
import dev.questream.serde.fields.Mapping;
import dev.questream.serde.fields.PlainText;
import dev.questream.serde.registry.ConfluentRegistryClient;
import dev.questream.serde.registry.SchemaRegistryException;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Reads questions in the configured format, out of the configured fields.
 *
 * <p>The id is settled here: the value's own, else the record's key, else none (empty).
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class QuestionDecoder {
  private static final String VALUE = "the record's value";

  private final InputFormat format;
  private final Mapping mapping;
  private final QuestionSchemas schemas;
  private final AvroWire<Question> avro;
  private final KeyReader keys;

  /**
   * @param settings {@code input.*} and {@code schema.registry.url}
   */
  public QuestionDecoder(Map<String, ?> settings) {
    InputConfig config = SerdeConfig.input(settings);
    this.format = SerdeConfig.inputFormat(settings);
    this.mapping = new Mapping(config);
    this.schemas = new QuestionSchemas(mapping);
    this.avro =
        new AvroWire<>(
            Question.class,
            ConfluentRegistryClient.configured(settings),
            SchemaFiles.read(config.getList(InputConfig.SCHEMA_FILE)));
    this.keys = new KeyReader(config.keyFormat(), avro);
  }

  /** Reads a question of a record without headers. */
  public Question decode(byte[] key, byte[] value) {
    return decode(key, value, new RecordHeaders());
  }

  /**
   * Reads a question of a record without a timestamp.
   *
   * @throws WireException if it is not readable, or asks nothing
   * @throws SchemaRegistryException if the registry is needed and not reachable
   */
  public Question decode(byte[] key, byte[] value, Headers headers) {
    Reading reading = read(key, value, headers, SourceTimestamp.NONE);
    if (reading instanceof Reading.Asked asked) {
      return asked.question();
    }
    throw new WireException(
        reading instanceof Reading.Skipped skipped
            ? "the record asks nothing, it is a " + skipped.kind()
            : "the record asks nothing, it deletes " + reading.id());
  }

  /** Whether records are rows of a table: one without a text is there, and has no embedding. */
  public boolean readsRows() {
    return mapping.readsRows();
  }

  /** What the text is taken from, as messages call it. */
  public String textSources() {
    return mapping.textSources();
  }

  /**
   * Reads a record.
   *
   * @param key the record's key, may be null; only looked at where it is needed
   * @param value the record's value; null deletes
   * @param headers the record's headers, which may name the value's schema
   * @param timestampMs the record's timestamp, -1 without one
   * @throws WireException if the value, or the key where it counts, is not what the format says, or
   *     has not the fields
   * @throws SchemaRegistryException if the registry is needed and not reachable
   */
  public Reading read(byte[] key, byte[] value, Headers headers, long timestampMs) {
    try {
      return value == null
          ? new Reading.Deleted(
              mapping.deletedId(new Parts(keys, key, headers, timestampMs, JsonDatum.NOTHING)),
              false)
          : open(new Parts(keys, key, headers, timestampMs, datum(format, value, headers)));
    } catch (FieldException e) {
      throw new WireException(e.getMessage(), e);
    } catch (StackOverflowError e) { // a schema that holds itself
      throw new WireException("the value is nested too deep", e);
    } catch (WireException | SchemaRegistryException e) {
      throw e;
    } catch (RuntimeException e) { // one that nobody thought of; it would come again for ever
      throw new WireException("it cannot be read: " + e, e);
    }
  }

  private Reading open(Parts record) {
    Opened opened = mapping.open(record);
    if (opened instanceof Opened.Skipped skipped) {
      return new Reading.Skipped(skipped.kind());
    }
    if (opened instanceof Opened.Deleted deleted) {
      String id = mapping.deletedId(record.with(deleted.value()));
      if (id.isEmpty()) {
        throw new WireException("the record deletes, but neither its row nor its key has an id");
      }
      return new Reading.Deleted(id, deleted.byEvent());
    }
    Opened.Row row = (Opened.Row) opened;
    Parts inside = record.with(row.value());
    if (!row.first() && mapping.lacksText(inside)) {
      return new Reading.Skipped("unchanged-text");
    }
    return mapping.isNull(inside)
        ? new Reading.Deleted(mapping.id(inside), true)
        : new Reading.Asked(mapping.question(inside), mapping.title(inside));
  }

  private Datum datum(InputFormat as, byte[] value, Headers headers) {
    return switch (as) {
      case AVRO -> avro.decodeWritten(value, headers, schemas::of);
      case JSON -> JsonDatum.parse(text(Framing.withoutSchemaId(value)), "the value");
      case TEXT -> new PlainText(text(value));
      case AUTO -> datum(recognized(value, headers), value, headers);
    };
  }

  /** By what cannot be anything else; docs/connect.md lists what could. */
  private static InputFormat recognized(byte[] value, Headers headers) {
    if (Framing.isSingleObject(value)) {
      return InputFormat.AVRO;
    }
    byte[] content = Framing.withoutSchemaId(value);
    if (content != value || HeaderSchema.ofValue(headers).isPresent()) {
      return isJsonObject(content) ? InputFormat.JSON : InputFormat.AVRO;
    }
    if (Framing.isRegistered(value)) {
      return InputFormat.AVRO;
    }
    return Framing.beginsJsonObject(value) ? InputFormat.JSON : InputFormat.TEXT;
  }

  private static boolean isJsonObject(byte[] value) {
    try {
      return JsonDatum.parse(Utf8.decodeText(value, VALUE), VALUE).raw().isObject();
    } catch (FieldException | WireException e) {
      return false;
    }
  }

  private static String text(byte[] value) {
    if (Framing.isAvro(value)) {
      throw new WireException(
          "%s is no text: %s"
              .formatted(VALUE, Framing.looksLike("Avro", SerdeConfig.INPUT_FORMAT)));
    }
    return Utf8.decodeText(value, VALUE);
  }
}
