package dev.questream.serde;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Schemas of other writers, cut down to the fields that a question is made of, each in its writer's
 * type. What else they hold is skipped and never allocated. The latest are kept, because Avro knows
 * by the object how to read a schema.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class QuestionSchemas {
  private static final int KEPT = 64;
  private static final Set<String> FIELDS = Set.of("id", "text", "metadata", "asked_at_ms");

  private final Map<Schema, Schema> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Schema, Schema> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * The same record with no other fields.
   *
   * @throws WireException if it is no record, or has no text
   */
  synchronized Schema of(Schema writer) {
    return known.computeIfAbsent(writer, QuestionSchemas::cut);
  }

  private static Schema cut(Schema writer) {
    if (writer.getType() != Schema.Type.RECORD) {
      throw new WireException(
          "it is of the Avro type %s, not a record".formatted(writer.getType().getName()));
    }
    if (writer.getField("text") == null) {
      throw new WireException(
          "its record %s has no field \"text\", only %s"
              .formatted(
                  writer.getFullName(),
                  writer.getFields().stream().map(Schema.Field::name).toList()));
    }
    List<Schema.Field> fields =
        writer.getFields().stream()
            .filter(field -> FIELDS.contains(field.name()))
            .map(field -> new Schema.Field(field.name(), field.schema()))
            .toList();
    Schema wanted = Schema.createRecord("Question", null, null, false, fields);
    SchemaBounds.check(wanted);
    return wanted;
  }
}
