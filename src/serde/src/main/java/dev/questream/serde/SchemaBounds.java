package dev.questream.serde;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.avro.Schema;

/** Refuses schemas of which a few bytes could keep a reader busy, or take its memory. */
final class SchemaBounds {
  private static final int LARGEST_FIXED = 1 << 20;

  private int largestFixed = LARGEST_FIXED;
  private final Set<Schema> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private SchemaBounds() {}

  /**
   * Looks at all that the schema holds.
   *
   * @throws WireException if an array has items without bytes, or a fixed has more than 1 MiB
   */
  static void check(Schema schema) {
    new SchemaBounds().look(schema);
  }

  /**
   * Looks at what is skipped, of which nothing but the number of items could keep a reader busy.
   *
   * @throws WireException if an array has items without bytes
   */
  static void checkSkipped(Schema schema) {
    SchemaBounds bounds = new SchemaBounds();
    bounds.largestFixed = Integer.MAX_VALUE;
    bounds.look(schema);
  }

  private void look(Schema schema) {
    if (!seen.add(schema)) {
      return;
    }
    switch (schema.getType()) {
      case RECORD -> schema.getFields().forEach(field -> look(field.schema()));
      case UNION -> schema.getTypes().forEach(this::look);
      case MAP -> look(schema.getValueType());
      case ARRAY -> {
        look(schema.getElementType());
        if (mayBeEmpty(schema.getElementType(), 0)) {
          throw new WireException("its schema has an array whose items take no bytes");
        }
      }
      case FIXED -> {
        if (schema.getFixedSize() > largestFixed) {
          throw new WireException(
              "its schema has a fixed of %,d bytes".formatted(schema.getFixedSize()));
        }
      }
      default -> {} // a byte at least, and no more than are there
    }
  }

  /** A record that holds itself without an end is never written, so the depth is bounded. */
  private static boolean mayBeEmpty(Schema schema, int depth) {
    return switch (schema.getType()) {
      case NULL -> true;
      case FIXED -> schema.getFixedSize() == 0;
      case RECORD ->
          depth < 16
              && schema.getFields().stream()
                  .allMatch(field -> mayBeEmpty(field.schema(), depth + 1));
      default -> false;
    };
  }
}
