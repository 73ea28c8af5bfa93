package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.questream.serde.fields.Path;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Makes a record of somebody else's schema out of texts, and of defaults where there are none. */
final class AvroFill {
  private static final GenericData MODEL = new GenericData();

  private AvroFill() {}

  /**
   * The value in Avro.
   *
   * @param header stands before it
   * @param held texts in objects and arrays, or a text
   * @throws WireException if a text does not fit its field, or a field has neither text nor default
   */
  static byte[] write(byte[] header, Schema schema, JsonNode held) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    try {
      new GenericDatumWriter<>(schema, MODEL).write(value(schema, held, ""), encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (AvroRuntimeException e) {
      throw new WireException("the record cannot be written in Avro: " + e.getMessage(), e);
    }
    return out.toByteArray();
  }

  private static Object value(Schema schema, JsonNode held, String at) {
    return switch (schema.getType()) {
      case RECORD -> record(schema, held, at);
      case UNION -> branch(schema, held, at);
      case MAP -> map(schema, held, at);
      case ARRAY -> array(schema, held, at);
      default -> scalar(schema, held, at);
    };
  }

  private static Object record(Schema schema, JsonNode held, String at) {
    List<String> names = schema.getFields().stream().map(Schema.Field::name).toList();
    String whole = at.isEmpty() ? "the schema " + schema.getFullName() : '"' + at + '"';
    if (!held.isObject()) {
      throw misfit(schema, at);
    }
    held.fieldNames()
        .forEachRemaining(
            name -> {
              if (!names.contains(name)) {
                throw new WireException(Path.missing(whole, name, names, "a record"));
              }
            });
    GenericData.Record record = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      JsonNode part = held.get(field.name());
      String path = at.isEmpty() ? field.name() : at + "." + field.name();
      record.put(
          field.pos(),
          part == null ? preset(field, path, whole) : value(field.schema(), part, path));
    }
    return record;
  }

  /** What a field has that no setting names. */
  private static Object preset(Schema.Field field, String at, String whole) {
    try {
      if (field.hasDefaultValue()) {
        return MODEL.getDefaultValue(field);
      }
    } catch (AvroRuntimeException e) { // schemas of other languages are not checked for it
      throw new WireException("the default of \"%s\" is malformed".formatted(at), e);
    }
    if (field.schema().isNullable()) {
      return null;
    }
    if (field.schema().getType() == Schema.Type.RECORD) {
      return record(field.schema(), JsonNodeFactory.instance.objectNode(), at);
    }
    throw new WireException(
        "%s has the field \"%s\" without a default, and no setting gives it a value"
            .formatted(whole, field.name()));
  }

  private static Object branch(Schema schema, JsonNode held, String at) {
    WireException first = null;
    for (Schema branch : schema.getTypes()) {
      if (held.isNull() == (branch.getType() == Schema.Type.NULL)) {
        try {
          return value(branch, held, at);
        } catch (WireException e) {
          first = first == null ? e : first;
        }
      }
    }
    throw first == null ? misfit(schema, at) : first;
  }

  private static Object map(Schema schema, JsonNode held, String at) {
    if (!held.isObject()) {
      throw misfit(schema, at);
    }
    Map<String, Object> map = new HashMap<>();
    held.properties()
        .forEach(
            entry ->
                map.put(
                    entry.getKey(),
                    value(schema.getValueType(), entry.getValue(), at + "." + entry.getKey())));
    return map;
  }

  private static Object array(Schema schema, JsonNode held, String at) {
    if (!held.isArray()) {
      throw misfit(schema, at);
    }
    List<Object> items = new ArrayList<>();
    for (JsonNode item : held) {
      items.add(value(schema.getElementType(), item, at + "." + items.size()));
    }
    return items;
  }

  private static Object scalar(Schema schema, JsonNode held, String at) {
    if (held.isNull() && schema.getType() == Schema.Type.NULL) {
      return null;
    }
    if (!held.isTextual()) {
      throw misfit(schema, at);
    }
    String text = held.textValue();
    String meaning = String.valueOf(schema.getProp("logicalType"));
    try {
      return switch (schema.getType()) {
        case STRING -> text;
        case ENUM -> symbol(schema, text, at);
        case INT, LONG -> whole(schema, text, meaning, at);
        case FLOAT -> Float.valueOf(text);
        case DOUBLE -> Double.valueOf(text);
        case BYTES -> bytes(schema, text, meaning, at);
        default -> throw misfit(schema, at);
      };
    } catch (NumberFormatException | DateTimeParseException e) {
      throw new WireException(
          "\"%s\" is of the type %s, which \"%s\" is not"
              .formatted(at, schema.getType().getName(), text),
          e);
    }
  }

  /** A whole number; those that count days, or hours of a day, are no texts. */
  private static Object whole(Schema schema, String text, String meaning, String at) {
    if (meaning.equals("date") || meaning.startsWith("time-")) {
      throw misfit(schema, at);
    }
    if (schema.getType() == Schema.Type.INT) {
      return Integer.valueOf(text);
    }
    return longValue(text, meaning);
  }

  private static long longValue(String text, String meaning) {
    if (!text.endsWith("Z")) {
      return Long.parseLong(text);
    }
    Instant time = Instant.parse(text);
    if (meaning.endsWith("-micros")) {
      return TimeUnit.MILLISECONDS.toMicros(time.toEpochMilli());
    }
    return meaning.endsWith("-nanos")
        ? TimeUnit.MILLISECONDS.toNanos(time.toEpochMilli())
        : time.toEpochMilli();
  }

  private static GenericData.EnumSymbol symbol(Schema schema, String text, String at) {
    if (!schema.hasEnumSymbol(text)) {
      throw new WireException(
          "\"%s\" is one of %s, not \"%s\"".formatted(at, schema.getEnumSymbols(), text));
    }
    return new GenericData.EnumSymbol(schema, text);
  }

  private static ByteBuffer bytes(Schema schema, String text, String meaning, String at) {
    if (!meaning.equals("null")) {
      throw misfit(schema, at);
    }
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static WireException misfit(Schema schema, String at) {
    String meaning = schema.getProp("logicalType");
    return new WireException(
        "%s is of the type %s%s, which is not written"
            .formatted(
                at.isEmpty() ? "the record" : '"' + at + '"',
                schema.getType().getName(),
                meaning == null ? "" : " (" + meaning + ")"));
  }
}
