package dev.questream.serde;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.IndexedRecord;

/**
 * The schemas that records of one class are written in, the plainest first. Each has the fields of
 * the one before it and perhaps more, with defaults, behind them.
 */
final class SchemaVersions {
  private final List<Schema> versions;

  private SchemaVersions(List<Schema> versions) {
    this.versions = versions;
  }

  /** Those of a class; that of {@code schemas/QuestionEmbedding.avsc} stands before its own. */
  static SchemaVersions of(Schema own) {
    String file = "/schemas/%s.avsc".formatted(own.getName());
    try (InputStream plain = SchemaVersions.class.getResourceAsStream(file)) {
      return new SchemaVersions(
          plain == null ? List.of(own) : List.of(new Schema.Parser().parse(plain), own));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  /** The 64-bit fingerprint of Avro's specification, which single-object encoding names. */
  static long fingerprint(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  /** All, the plainest first. */
  List<Schema> all() {
    return versions;
  }

  /**
   * The plainest that loses nothing of a record, so that whoever knows that one alone, a reader or
   * a table, need not change for what a record does not use.
   */
  Schema plainestFor(IndexedRecord record) {
    for (Schema version : versions) {
      if (holds(version, record)) {
        return version;
      }
    }
    throw new IllegalStateException("a class's own schema holds all of its fields");
  }

  private static boolean holds(Schema version, IndexedRecord record) {
    List<Schema.Field> fields = record.getSchema().getFields();
    return fields.subList(version.getFields().size(), fields.size()).stream()
        .allMatch(more -> String.valueOf(more.defaultVal()).equals("" + record.get(more.pos())));
  }
}
