package dev.questream.serde;

import dev.questream.serde.fields.Mapping;
import dev.questream.serde.fields.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final Mapping mapping;
  private final Map<Schema, Schema> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Schema, Schema> eldest) {
          return size() > KEPT;
        }
      };

  QuestionSchemas(Mapping mapping) {
    this.mapping = mapping;
  }

  /**
   * The same record with no other fields.
   *
   * @throws WireException if it is no record, or has no text
   */
  synchronized Schema of(Schema writer) {
    return known.computeIfAbsent(writer, this::cut);
  }

  private Schema cut(Schema writer) {
    boolean record = writer.getType() == Schema.Type.RECORD;
    List<String> all =
        record ? writer.getFields().stream().map(Schema.Field::name).toList() : List.of();
    Optional<Set<String>> needed = mapping.fields(all);
    if (!record && needed.isPresent()) {
      throw new WireException(
          "it is of the Avro type %s, not a record".formatted(writer.getType().getName()));
    }
    Schema wanted = needed.map(names -> withOnly(writer, all, names)).orElse(writer);
    SchemaBounds.check(wanted);
    return wanted;
  }

  private Schema withOnly(Schema writer, List<String> all, Set<String> names) {
    mapping
        .missingText(all)
        .ifPresent(
            text -> {
              throw new WireException(
                  Path.missing("its record " + writer.getFullName(), text, all, ""));
            });
    writer.getFields().stream()
        .filter(field -> !names.contains(field.name()))
        .forEach(field -> SchemaBounds.checkSkipped(field.schema()));
    List<Schema.Field> fields =
        writer.getFields().stream()
            .filter(field -> names.contains(field.name()))
            .map(field -> new Schema.Field(field.name(), field.schema()))
            .toList();
    return Schema.createRecord("Question", null, null, false, fields);
  }
}
