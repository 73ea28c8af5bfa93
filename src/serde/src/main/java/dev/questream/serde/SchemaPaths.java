package dev.questream.serde;

import dev.questream.serde.fields.Envelope;
import dev.questream.serde.fields.Mapping;
import dev.questream.serde.fields.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;

/**
 * Holds the paths of a mapping against the schema of a writer.
 *
 * @param <S> a schema of one kind
 */
abstract class SchemaPaths<S> {
  private final Mapping mapping;
  private final Envelope envelope;

  SchemaPaths(Mapping mapping, Envelope envelope) {
    this.mapping = mapping;
    this.envelope = envelope;
  }

  /** What a value may be at the end of a path, each possibility by itself. */
  abstract List<S> reached(S from, List<String> steps);

  /** The names of its fields; empty if it has none, or none are known. */
  abstract List<String> names(S schema);

  /** What it is, for messages. */
  abstract String kind(S schema);

  /**
   * Makes sure that every path that was set leads somewhere. The attributes of CloudEvents may be
   * headers, so that nothing can be said of theirs.
   *
   * @param whose whose schema it is, for messages
   * @throws ConfigException if one leads nowhere; the message names the nearest field
   */
  final void require(S schema, String whose) {
    if (envelope == Envelope.CLOUDEVENTS) {
      return;
    }
    List<S> roots = Stream.concat(rows(schema), Stream.of(schema)).toList();
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
  private Stream<S> rows(S schema) {
    return envelope == Envelope.DEBEZIUM
        ? reached(schema, List.of("after")).stream().filter(row -> !kind(row).equals("null"))
        : Stream.of();
  }

  private String missing(S root, Path path) {
    List<String> steps = path.steps();
    int done = 0;
    while (!reached(root, steps.subList(0, done + 1)).isEmpty()) {
      done++;
    }
    List<S> ends = reached(root, steps.subList(0, done));
    List<String> names = ends.stream().flatMap(end -> names(end).stream()).distinct().toList();
    String whole = done == 0 ? "the value" : '"' + String.join(".", steps.subList(0, done)) + '"';
    return Path.missing(whole, steps.get(done), names, "of the type " + kind(ends.get(0)));
  }
}
