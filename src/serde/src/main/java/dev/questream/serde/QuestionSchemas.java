package dev.questream.serde;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Schemas without the property that makes Avro read strings as {@link String}: readers of a plain
 * schema keep the bytes that came. Parsing one takes longer than reading a record, so the latest
 * are kept.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class PlainSchemas {
  private static final int KEPT = 64;

  private final Map<Schema, Schema> plain =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Schema, Schema> eldest) {
          return size() > KEPT;
        }
      };

  /** The same schema, always as the same object while it is among the latest {@value #KEPT}. */
  synchronized Schema of(Schema schema) {
    return plain.computeIfAbsent(schema, PlainSchemas::withoutJavaStrings);
  }

  private static Schema withoutJavaStrings(Schema schema) {
    return new Schema.Parser()
        .parse(schema.toString().replace(",\"avro.java.string\":\"String\"", ""));
  }
}
