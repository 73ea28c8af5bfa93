package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.avro.Question;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * A question out of an Avro record of any writer: its fields are taken by name, in whatever type
 * says the same, as they are from JSON.
 */
final class AvroQuestion {
  private static final String ASKED_AT = "asked_at_ms";

  private AvroQuestion() {}

  /**
   * The question, with an empty id if it has none.
   *
   * @throws WireException if a field is of a type that does not say the same, or not UTF-8
   */
  static Question question(GenericRecord written) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Schema.Field field : written.getSchema().getFields()) {
      AvroValue value = AvroValue.of(field.schema(), written.get(field.pos()));
      json.set(field.name(), field.name().equals(ASKED_AT) ? millis(value) : value.json());
    }
    return QuestionJson.question(json);
  }

  /** Avro says in the schema what a number counts; Debezium says it in Connect's way. */
  private static JsonNode millis(AvroValue value) {
    JsonNode json = value.json();
    return switch (value.logicalType()) {
      case "timestamp-micros", "local-timestamp-micros", "io.debezium.time.MicroTimestamp" ->
          scaled(json, 1_000);
      case "timestamp-nanos", "local-timestamp-nanos", "io.debezium.time.NanoTimestamp" ->
          scaled(json, 1_000_000);
      case "date", "time-millis", "time-micros" ->
          throw new WireException(
              "\"%s\" is of the Avro type %s, which is no point in time"
                  .formatted(ASKED_AT, value.kind()));
      default -> json;
    };
  }

  private static JsonNode scaled(JsonNode number, long unitsPerMilli) {
    return JsonNodeFactory.instance.numberNode(Math.floorDiv(number.longValue(), unitsPerMilli));
  }
}
