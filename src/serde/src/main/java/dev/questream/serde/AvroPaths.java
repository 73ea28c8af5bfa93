package dev.questream.serde;

import dev.questream.serde.fields.Envelope;
import dev.questream.serde.fields.Mapping;
import dev.questream.serde.fields.Path;
import java.util.List;
import org.apache.avro.Schema;

/** Schemas of Avro. */
final class AvroPaths extends SchemaPaths<Schema> {
  AvroPaths(Mapping mapping, Envelope envelope) {
    super(mapping, envelope);
  }

  @Override
  List<Schema> reached(Schema from, List<String> steps) {
    if (from.isUnion()) {
      return from.getTypes().stream().flatMap(branch -> reached(branch, steps).stream()).toList();
    }
    if (steps.isEmpty()) {
      return List.of(from);
    }
    String step = steps.get(0);
    List<String> rest = steps.subList(1, steps.size());
    return switch (from.getType()) {
      case RECORD ->
          from.getField(step) == null ? List.of() : reached(from.getField(step).schema(), rest);
      case MAP -> reached(from.getValueType(), rest);
      case ARRAY -> Path.isPlace(step) ? reached(from.getElementType(), rest) : List.of();
      default -> List.of();
    };
  }

  @Override
  List<String> names(Schema schema) {
    return schema.getType() == Schema.Type.RECORD
        ? schema.getFields().stream().map(Schema.Field::name).toList()
        : List.of();
  }

  @Override
  String kind(Schema schema) {
    return schema.getType().getName();
  }
}
