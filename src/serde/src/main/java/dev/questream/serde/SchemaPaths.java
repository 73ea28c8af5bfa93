package dev.questream.serde;

import dev.questream.serde.fields.Envelope;
import dev.questream.serde.fields.Mapping;
import dev.questream.serde.fields.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/** Holds the paths of a mapping against the schema of a writer. */
final class SchemaPaths {
  private final Mapping mapping;
  private final Envelope envelope;

  SchemaPaths(Mapping mapping, Envelope envelope) {
    this.mapping = mapping;
    this.envelope = envelope;
  }

  /**
   * Makes sure that every path that was set leads somewhere. The attributes of CloudEvents may be
   * headers, so that nothing can be said of theirs.
   *
   * @param whose whose schema it is, for messages
   * @throws ConfigException if one leads nowhere; the message names the nearest field
   */
  void require(Schema schema, String whose) {
    if (envelope == Envelope.CLOUDEVENTS) {
      return;
    }
    List<Schema> roots = Stream.concat(rows(schema), Stream.of(schema)).toList();
    mapping
        .paths()
        .forEach(
            (written, path) -> {
              if (roots.stream().allMatch(root -> reached(root, path.steps()).isEmpty())) {
                throw new ConfigException(
                    written + ": in the schema " + whose + " " + missing(roots.get(0), path));
              }
            });
  }

  /** The rows in Debezium's envelope. */
  private Stream<Schema> rows(Schema schema) {
    return envelope == Envelope.DEBEZIUM
        ? reached(schema, List.of("after")).stream()
            .filter(row -> row.getType() == Schema.Type.RECORD)
        : Stream.of();
  }

  private static String missing(Schema root, Path path) {
    List<String> steps = path.steps();
    int done = 0;
    while (!reached(root, steps.subList(0, done + 1)).isEmpty()) {
      done++;
    }
    List<Schema> ends = reached(root, steps.subList(0, done));
    List<String> names =
        ends.stream()
            .filter(end -> end.getType() == Schema.Type.RECORD)
            .flatMap(end -> end.getFields().stream().map(Schema.Field::name))
            .distinct()
            .toList();
    String whole = done == 0 ? "the value" : '"' + String.join(".", steps.subList(0, done)) + '"';
    return Path.missing(
        whole, steps.get(done), names, "of the type " + ends.get(0).getType().getName());
  }

  /** What a value may be at the end of a path, each branch of a union by itself. */
  private static List<Schema> reached(Schema from, List<String> steps) {
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
}
