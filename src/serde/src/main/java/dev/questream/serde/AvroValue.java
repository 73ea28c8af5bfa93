package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;

/**
 * A value as a writer wrote it in Avro.
 *
 * @param schema its schema, which is no union
 */
record AvroValue(Schema schema, Object value) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int UUID_BYTES = 16;

  static AvroValue of(Schema declared, Object value) {
    return new AvroValue(WrittenData.branch(declared, value), value);
  }

  /** Its type's name, and what that stands for. */
  String kind() {
    String type = schema.getType().getName();
    return logicalType().isEmpty() ? type : type + " (" + logicalType() + ")";
  }

  /** What the number or the bytes stand for, after Avro or, in older schemas, Connect; or empty. */
  String logicalType() {
    String logical = schema.getProp("logicalType");
    String connect = schema.getProp("connect.name");
    return logical != null ? logical : connect != null ? connect : "";
  }

  /**
   * Its like in JSON: a string for strings, enums, UUIDs and other bytes (in UTF-8), a number for
   * numbers and decimals.
   *
   * @throws WireException if a string or the bytes are not UTF-8
   */
  JsonNode json() {
    return switch (schema.getType()) {
      case NULL -> JSON.nullNode();
      case BOOLEAN -> JSON.booleanNode((boolean) value);
      case INT -> JSON.numberNode((int) value);
      case LONG -> JSON.numberNode((long) value);
      case FLOAT -> JSON.numberNode((float) value);
      case DOUBLE -> JSON.numberNode((double) value);
      case STRING -> JSON.textNode(string(value));
      case ENUM -> JSON.textNode(value.toString());
      case BYTES -> bytes(content((ByteBuffer) value));
      case FIXED -> fixed(((GenericFixed) value).bytes());
      case ARRAY -> array((Collection<?>) value);
      case MAP -> map((Map<?, ?>) value);
      case RECORD -> record((IndexedRecord) value);
      case UNION -> throw new IllegalStateException("a value has its branch's schema");
    };
  }

  private static byte[] content(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /** Avro itself would replace malformed bytes silently. */
  private static String string(Object string) {
    org.apache.avro.util.Utf8 utf8 = (org.apache.avro.util.Utf8) string;
    return text(content(ByteBuffer.wrap(utf8.getBytes(), 0, utf8.getByteLength())));
  }

  private static String text(byte[] bytes) {
    return Utf8.decode(bytes, "a string in the record");
  }

  private JsonNode bytes(byte[] bytes) {
    return logicalType().equals("decimal") ? decimal(bytes) : JSON.textNode(text(bytes));
  }

  private JsonNode fixed(byte[] bytes) {
    if (logicalType().equals("uuid") && bytes.length == UUID_BYTES) {
      ByteBuffer halves = ByteBuffer.wrap(bytes);
      return JSON.textNode(new UUID(halves.getLong(), halves.getLong()).toString());
    }
    return bytes(bytes);
  }

  private JsonNode decimal(byte[] bytes) {
    int scale = schema.getObjectProp("scale") instanceof Number number ? number.intValue() : 0;
    if (bytes.length == 0) {
      throw new WireException("a decimal in the record has no bytes");
    }
    return scale == 0
        ? JSON.numberNode(new BigInteger(bytes))
        : JSON.numberNode(new BigDecimal(new BigInteger(bytes), scale));
  }

  private ArrayNode array(Collection<?> items) {
    ArrayNode array = JSON.arrayNode();
    items.forEach(item -> array.add(of(schema.getElementType(), item).json()));
    return array;
  }

  private ObjectNode map(Map<?, ?> entries) {
    ObjectNode object = JSON.objectNode();
    entries.forEach(
        (name, held) -> object.set(string(name), of(schema.getValueType(), held).json()));
    return object;
  }

  private ObjectNode record(IndexedRecord record) {
    ObjectNode object = JSON.objectNode();
    for (Schema.Field field : schema.getFields()) {
      object.set(field.name(), of(field.schema(), record.get(field.pos())).json());
    }
    return object;
  }
}
