package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.serde.fields.Datum;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;

/**
 * A value as a writer wrote it in Avro.
 *
 * @param schema its schema, which is no union
 */
record AvroValue(Schema schema, Object value) implements Datum {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String BIG_DECIMAL = "big-decimal";

  static AvroValue of(Schema declared, Object value) {
    return new AvroValue(WrittenData.branch(declared, value), value);
  }

  @Override
  public Datum field(String name) {
    if (value instanceof IndexedRecord record) {
      Schema.Field field = schema.getField(name);
      return field == null ? null : of(field.schema(), record.get(field.pos()));
    }
    if (value instanceof Map<?, ?> map) {
      Object key = new org.apache.avro.util.Utf8(name);
      return map.containsKey(key) ? of(schema.getValueType(), map.get(key)) : null;
    }
    return null;
  }

  @Override
  public Datum item(int index) {
    return value instanceof List<?> items && index < items.size()
        ? of(schema.getElementType(), items.get(index))
        : null;
  }

  @Override
  public Collection<String> names() {
    return switch (schema.getType()) {
      case RECORD -> schema.getFields().stream().map(Schema.Field::name).toList();
      case MAP -> ((Map<?, ?>) value).keySet().stream().map(AvroValue::string).toList();
      default -> List.of();
    };
  }

  /** After Avro or, in older schemas, Connect; or empty. */
  @Override
  public String meaning() {
    String logical = schema.getProp("logicalType");
    String connect = schema.getProp("connect.name");
    return logical != null ? logical : connect != null ? connect : "";
  }

  @Override
  public int scale() {
    return schema.getObjectProp("scale") instanceof Number number
        ? number.intValue()
        : connectScale();
  }

  private int connectScale() {
    try {
      return schema.getObjectProp("connect.parameters") instanceof Map<?, ?> parameters
          ? Integer.parseInt(String.valueOf(parameters.get("scale")))
          : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Its like in JSON.
   *
   * @throws WireException if a string is not UTF-8, or a big-decimal malformed
   */
  @Override
  public JsonNode raw() {
    return switch (schema.getType()) {
      case NULL -> JSON.nullNode();
      case BOOLEAN -> JSON.booleanNode((boolean) value);
      case INT -> JSON.numberNode((int) value);
      case LONG -> JSON.numberNode((long) value);
      case FLOAT -> JSON.numberNode((float) value);
      case DOUBLE -> JSON.numberNode((double) value);
      case STRING -> JSON.textNode(string(value));
      case ENUM -> JSON.textNode(value.toString());
      case BYTES -> bytes((ByteBuffer) value);
      case FIXED -> JSON.binaryNode(((GenericFixed) value).bytes());
      case ARRAY -> array((Collection<?>) value);
      case MAP -> map((Map<?, ?>) value);
      case RECORD -> record((IndexedRecord) value);
      case UNION -> throw new IllegalStateException("a value has its branch's schema");
    };
  }

  private JsonNode bytes(ByteBuffer buffer) {
    return meaning().equals(BIG_DECIMAL)
        ? bigDecimal(buffer.duplicate())
        : JSON.binaryNode(content(buffer));
  }

  /** The bytes hold a record of their own: the digits' bytes and the scale. */
  private JsonNode bigDecimal(ByteBuffer buffer) {
    try {
      return JSON.numberNode(
          new Conversions.BigDecimalConversion()
              .fromBytes(buffer, schema, LogicalTypes.bigDecimal()));
    } catch (RuntimeException e) { // Avro throws four kinds of it
      throw new WireException("a big-decimal in the record is malformed: " + e.getMessage(), e);
    }
  }

  private static byte[] content(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /** Avro itself would replace malformed bytes silently. */
  private static String string(Object string) {
    org.apache.avro.util.Utf8 utf8 = (org.apache.avro.util.Utf8) string;
    return Utf8.decode(
        content(ByteBuffer.wrap(utf8.getBytes(), 0, utf8.getByteLength())),
        "a string in the record");
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
