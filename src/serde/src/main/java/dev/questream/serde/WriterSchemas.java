package dev.questream.serde;

import dev.questream.avro.Question;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.registry.SchemaRegistry;
import dev.questream.serde.registry.SchemaRegistryException;
import dev.questream.serde.registry.UnknownSchemaException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.Schema;

/**
 * Finds the schema that bytes in Avro were written with, by what stands before them or in a header.
 */
final class WriterSchemas {
  private static final byte CONFLUENT_MAGIC = 0;
  private static final int CONFLUENT_HEADER = 1 + Integer.BYTES;
  private static final int APICURIO_HEADER = 1 + Long.BYTES;
  private static final int SINGLE_HEADER = 2 + Long.BYTES;

  private final Schema own;
  private final String formatSetting;
  private final Optional<SchemaRegistry> registry;
  private final Map<Long, Schema> known;

  /** Bytes in Avro: the schema that wrote them and where they begin. */
  record Written(Schema writer, int start) {}

  /**
   * @param own the schema of what is to be read
   * @param known those in single-object encoding, by their fingerprints
   */
  WriterSchemas(Schema own, Optional<SchemaRegistry> registry, Map<Long, Schema> known) {
    this.own = own;
    this.formatSetting =
        own.getFullName().equals(Question.getClassSchema().getFullName())
            ? SerdeConfig.INPUT_FORMAT
            : SerdeConfig.OUTPUT_FORMAT;
    this.registry = registry;
    this.known = known;
  }

  /** What stands before records of a schema without a registry. */
  static byte[] singleHeader(Schema schema) {
    return ByteBuffer.allocate(SINGLE_HEADER)
        .put((byte) 0xC3)
        .put((byte) 0x01)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(SchemaVersions.fingerprint(schema))
        .array();
  }

  static byte[] confluentHeader(int schemaId) {
    return ByteBuffer.allocate(CONFLUENT_HEADER).put(CONFLUENT_MAGIC).putInt(schemaId).array();
  }

  /** Whether bytes begin with the name of a schema that can be asked for. */
  boolean names(byte[] bytes) {
    boolean registered =
        registry.isPresent()
            && bytes.length > CONFLUENT_HEADER
            && bytes[0] == CONFLUENT_MAGIC
            && ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt() > 0;
    return registered || single(bytes).isPresent();
  }

  /**
   * By a header, unless the bytes begin as a single object of a known schema.
   *
   * @throws WireException if nothing names a schema that is known
   * @throws SchemaRegistryException if the registry is not reachable
   */
  Written of(byte[] bytes, Optional<HeaderSchema> header) {
    if (header.isEmpty() || single(bytes).isPresent()) {
      return of(bytes);
    }
    HeaderSchema named = header.get();
    return new Written(registered(named + " names a schema", named::schema), 0);
  }

  /** By the first bytes; else the same. */
  Written of(byte[] bytes) {
    if (registry.isEmpty() && Framing.withoutSchemaId(bytes) != bytes) {
      throw notThis(Framing.looksLike("JSON", formatSetting), null);
    }
    if (bytes.length >= CONFLUENT_HEADER && bytes[0] == CONFLUENT_MAGIC) {
      int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
      return id == 0 // no registry gives it: the upper half of a longer one
          ? apicurio(bytes)
          : new Written(
              registered("the value names schema " + id, known -> known.byId(id)),
              CONFLUENT_HEADER);
    }
    return new Written(single(bytes).orElseThrow(() -> unknown(bytes)), SINGLE_HEADER);
  }

  /** With 8 bytes of global id, as Apicurio's serializers write by default before version 3. */
  private Written apicurio(byte[] bytes) {
    if (bytes.length < APICURIO_HEADER) {
      throw notThis("it names its schema with 8 bytes, of which there are not so many", null);
    }
    long id = ByteBuffer.wrap(bytes, 1, Long.BYTES).getLong();
    return new Written(
        registered(
            "the value names its schema with 8 bytes, the global id " + id,
            known -> known.byGlobalId(id)),
        APICURIO_HEADER);
  }

  /** The schema that wrote a value in single-object encoding; empty if it is not known. */
  private Optional<Schema> single(byte[] bytes) {
    if (bytes.length < SINGLE_HEADER || !Framing.isSingleObject(bytes)) {
      return Optional.empty();
    }
    ByteBuffer fingerprint = ByteBuffer.wrap(bytes, 2, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return Optional.ofNullable(known.get(fingerprint.getLong()));
  }

  private WireException unknown(byte[] bytes) {
    if (bytes.length >= SINGLE_HEADER && Framing.isSingleObject(bytes)) {
      return notThis(
          "it was written with a schema that is not known here; let the producer take"
              + " schemas/%s.avsc, or a schema registry, or name its schema with %s"
                  .formatted(own.getName(), InputConfig.SCHEMA_FILE),
          null);
    }
    String hint = Framing.hint(bytes, formatSetting);
    return notThis(hint.isEmpty() ? "it begins with neither of the two framings" : hint, null);
  }

  private Schema registered(String naming, Function<SchemaRegistry, Schema> ask) {
    SchemaRegistry known =
        registry.orElseThrow(
            () -> new WireException(naming + " of a registry; set schema.registry.url"));
    try {
      return ask.apply(known);
    } catch (UnknownSchemaException e) {
      throw new WireException("%s: %s".formatted(naming, e.getMessage()), e);
    }
  }

  /** Says that bytes are not what they should be. */
  WireException notThis(String why, Throwable cause) {
    return new WireException("the value is no %s in Avro: %s".formatted(own.getName(), why), cause);
  }
}
