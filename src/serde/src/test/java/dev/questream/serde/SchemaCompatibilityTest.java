package dev.questream.serde;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The schemas against every version that was ever released, in both directions, so that consumers
 * and producers may be upgraded in any order and from any version. A release copies {@code
 * schemas/*.avsc} to {@code schemas/released/VERSION/}; what lies there is never changed.
 */
class SchemaCompatibilityTest {
  private static final Path SCHEMAS = Repository.path("schemas");
  private static final Path RELEASED = SCHEMAS.resolve("released");
  private static final Set<Schema.Type> FLAT_TYPES =
      Set.of(
          Schema.Type.STRING,
          Schema.Type.BYTES,
          Schema.Type.INT,
          Schema.Type.LONG,
          Schema.Type.FLOAT,
          Schema.Type.DOUBLE,
          Schema.Type.BOOLEAN);

  @Test
  void shouldHaveTheReleasedSchemasOfEveryRecord() {
    assertThat(names(RELEASED.resolve("0.1.0")))
        .containsExactly("PendingQuestion.avsc", "Question.avsc", "QuestionEmbedding.avsc");
    assertThat(names(SCHEMAS)).containsAll(names(RELEASED.resolve("0.1.0")));
  }

  @TestFactory
  Stream<DynamicTest> shouldReadAndBeReadByEveryReleasedVersion() {
    return released()
        .flatMap(
            released -> {
              Schema old = parse(released);
              Schema current = parse(SCHEMAS.resolve(released.getFileName()));
              return Stream.of(
                  DynamicTest.dynamicTest(
                      "current reads " + released, () -> assertReads(current, old)),
                  DynamicTest.dynamicTest(
                      released + " reads current", () -> assertReads(old, current)));
            });
  }

  /** What a record of a passage, or of another vector type than float32, is written in. */
  @Test
  void shouldAddToTheEmbeddingOnlyFieldsWithADefault() {
    Schema shaped = parse(SCHEMAS.resolve("QuestionEmbedding-shaped.avsc"));
    for (Path plain :
        List.of(
            SCHEMAS.resolve("QuestionEmbedding.avsc"),
            RELEASED.resolve("0.1.0/QuestionEmbedding.avsc"))) {
      assertReads(shaped, parse(plain));
      assertReads(parse(plain), shaped);
      assertThat(shaped.getFields().stream().map(Schema.Field::name).toList())
          .as("the fields of %s, and more behind them", plain)
          .containsSubsequence(parse(plain).getFields().stream().map(Schema.Field::name).toList())
          .startsWith("id")
          .endsWith("vector_type", "passage_template");
    }
  }

  @Test
  void shouldDescribeEveryRecordAndField() {
    list(SCHEMAS).forEach(file -> assertDescribed(parse(file), file));
  }

  @Test
  void shouldKeepTheEmbeddingFlat() {
    Schema schema = parse(SCHEMAS.resolve("QuestionEmbedding-shaped.avsc"));
    for (Schema.Field field : schema.getFields()) {
      assertThat(element(field.schema()).getType()).as(field.name()).isIn(FLAT_TYPES);
      assertThat(element(field.schema()).getProp("logicalType")).as(field.name()).isNull();
      assertThat(field.schema().getProp("logicalType")).as(field.name()).isNull();
    }
  }

  /** An array or a map holds plain values, nothing nested. */
  private static Schema element(Schema schema) {
    return switch (schema.getType()) {
      case ARRAY -> schema.getElementType();
      case MAP -> schema.getValueType();
      default -> schema;
    };
  }

  private static void assertReads(Schema reader, Schema writer) {
    SchemaCompatibility.SchemaPairCompatibility result =
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
    assertThat(result.getType())
        .as(() -> result.getResult().getIncompatibilities().toString())
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  private static void assertDescribed(Schema schema, Path file) {
    switch (schema.getType()) {
      case RECORD -> {
        assertThat(schema.getDoc()).as("%s: %s", file, schema.getName()).isNotBlank();
        for (Schema.Field field : schema.getFields()) {
          assertThat(field.doc())
              .as("%s: %s.%s", file, schema.getName(), field.name())
              .isNotBlank();
          assertDescribed(field.schema(), file);
        }
      }
      case ARRAY -> assertDescribed(schema.getElementType(), file);
      case MAP -> assertDescribed(schema.getValueType(), file);
      case UNION -> schema.getTypes().forEach(type -> assertDescribed(type, file));
      default -> assertThat(schema.getType()).as(file.toString()).isNotNull();
    }
  }

  private static Stream<Path> released() {
    try (Stream<Path> versions = Files.list(RELEASED)) {
      return versions.sorted().toList().stream().flatMap(folder -> list(folder).stream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> names(Path folder) {
    return list(folder).stream().map(file -> file.getFileName().toString()).toList();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".avsc")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Schema parse(Path file) {
    try {
      return new Schema.Parser().parse(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
