package dev.questream.serde;

import dev.questream.avro.Question;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.registry.SchemaRegistry;
import dev.questream.serde.registry.SchemaRegistryException;
import dev.questream.serde.registry.UnknownSchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;

/**
 * A record class in Avro, framed in one of two ways.
 *
 * <ul>
 *   <li>Without a registry: Avro's single-object encoding, {@code C3 01}, the schema's 64-bit
 *       fingerprint in little-endian order, the record.
 *   <li>With a registry: Confluent's framing, {@code 00}, the schema's id as a big-endian int, the
 *       record. Read is a big-endian long too, which is Apicurio's.
 * </ul>
 *
 * <p>Records are read from a byte array, so that Avro can hold every length against what is there
 * before it allocates.
 *
 * <p><b>Threading:</b> safe for any thread: Kafka Streams shares one serializer among all its
 * threads.
 */
final class AvroWire<T extends SpecificRecord> {
  private static final byte CONFLUENT_MAGIC = 0;
  private static final int CONFLUENT_HEADER = 1 + Integer.BYTES;
  private static final int APICURIO_HEADER = 1 + Long.BYTES;
  private static final int SINGLE_HEADER = 2 + Long.BYTES;
  private static final int INITIAL_BYTES = 4096; // an embedding of 768 floats, mostly

  private final Class<T> type;
  private final String formatSetting;
  private final Schema schema;
  private final Schema plainSchema;
  private final RecordClasses model = new RecordClasses();
  private final Optional<SchemaRegistry> registry;
  private final byte[] singleHeader;
  private final Map<Long, Schema> foreign;
  private final SpecificDatumWriter<T> writer;
  private final ThreadLocal<Buffer> buffers = ThreadLocal.withInitial(Buffer::new);

  /** A record's bytes: the schema that wrote them and where they begin. */
  private record Framed(Schema writer, int start) {}

  AvroWire(Class<T> type, Optional<SchemaRegistry> registry) {
    this(type, registry, Map.of());
  }

  /**
   * @param foreign other schemas of records in single-object encoding, by their fingerprints
   */
  AvroWire(Class<T> type, Optional<SchemaRegistry> registry, Map<Long, Schema> foreign) {
    this.type = type;
    this.foreign = foreign;
    this.formatSetting =
        type == Question.class ? SerdeConfig.INPUT_FORMAT : SerdeConfig.OUTPUT_FORMAT;
    this.registry = registry;
    this.schema = model.getSchema(type);
    this.plainSchema = plain(schema);
    this.singleHeader = singleHeader(schema);
    this.writer = new VectorDatumWriter<>(schema, model);
  }

  /** What a thread writes records with; kept, because an embedding is written for each question. */
  private static final class Buffer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(INITIAL_BYTES);
    private BinaryEncoder encoder;

    BinaryEncoder begin(byte[] header) {
      encoder = EncoderFactory.get().binaryEncoder(bytes, encoder); // writes what a failure left
      bytes.reset();
      bytes.writeBytes(header);
      return encoder;
    }
  }

  private static byte[] singleHeader(Schema schema) {
    return ByteBuffer.allocate(SINGLE_HEADER)
        .put((byte) 0xC3)
        .put((byte) 0x01)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(SchemaNormalization.parsingFingerprint64(schema))
        .array();
  }

  byte[] encode(String topic, T value) {
    Buffer buffer = buffers.get();
    BinaryEncoder encoder = buffer.begin(header(topic));
    try {
      writer.write(value, encoder);
      encoder.flush();
    } catch (IOException | AvroRuntimeException e) {
      throw new WireException("a %s cannot be written: %s".formatted(type.getSimpleName(), e), e);
    }
    return buffer.bytes.toByteArray();
  }

  /**
   * Asks the registry, if there is one, for what records of that topic need.
   *
   * @throws SchemaRegistryException if it is not to be had
   */
  void prepare(String topic) {
    header(topic);
  }

  /** The registry gets the schema as it stands in schemas/, for readers in any language. */
  private byte[] header(String topic) {
    return registry
        .map(known -> confluentHeader(known.idFor(topic, plainSchema)))
        .orElse(singleHeader);
  }

  private static byte[] confluentHeader(int schemaId) {
    return ByteBuffer.allocate(CONFLUENT_HEADER).put(CONFLUENT_MAGIC).putInt(schemaId).array();
  }

  /**
   * Reads a record in either framing. Strings that are not UTF-8 come with replacement characters.
   *
   * @throws WireException if the bytes are neither, or damaged
   * @throws SchemaRegistryException if the registry is not reachable
   */
  T decode(byte[] bytes) {
    Framed framed = framed(bytes);
    return read(bytes, framed, new SpecificDatumReader<>(framed.writer(), schema, model));
  }

  /**
   * Reads a value of any writer as it was written.
   *
   * @param headers the record's headers, which may name the writer's schema
   * @param wanted gives the schema of what is read of it; always the same object for one writer
   * @throws WireException if the bytes are no such value
   * @throws SchemaRegistryException if the registry is not reachable
   */
  AvroValue decodeWritten(byte[] bytes, Headers headers, UnaryOperator<Schema> wanted) {
    return decodeWritten(bytes, HeaderSchema.ofValue(headers), wanted);
  }

  /** Reads a key of any writer, whole; the rest as for values. */
  AvroValue decodeKey(byte[] bytes, Headers headers) {
    try {
      return decodeWritten(
          bytes,
          HeaderSchema.ofKey(headers),
          written -> {
            SchemaBounds.check(written);
            return written;
          });
    } catch (WireException e) {
      throw new WireException("the record's key cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether a key says by its first bytes, or in a header, which schema it has. */
  boolean isFramed(byte[] key, Headers headers) {
    boolean registered =
        registry.isPresent()
            && key.length > CONFLUENT_HEADER
            && key[0] == CONFLUENT_MAGIC
            && ByteBuffer.wrap(key, 1, Integer.BYTES).getInt() > 0;
    return registered || singleWriter(key).isPresent() || HeaderSchema.ofKey(headers).isPresent();
  }

  private AvroValue decodeWritten(
      byte[] bytes, Optional<HeaderSchema> header, UnaryOperator<Schema> wanted) {
    boolean single = header.isPresent() && singleWriter(bytes).isPresent();
    Framed framed =
        header
            .filter(named -> !single)
            .map(named -> new Framed(registered(named + " names a schema", named::schema), 0))
            .orElseGet(() -> framed(bytes));
    return read(bytes, framed, new WrittenData.Reader(framed.writer(), wanted));
  }

  private <R> R read(byte[] bytes, Framed framed, DatumReader<R> reader) {
    int start = framed.start();
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(bytes, start, bytes.length - start, null);
    boolean more;
    R value;
    try {
      value = reader.read(null, decoder);
      more = !decoder.isEnd();
    } catch (IOException | RuntimeException e) { // Avro throws many kinds for damaged bytes
      throw notThis(e.getMessage(), e);
    }
    if (more) {
      throw notThis("bytes follow the record", null);
    }
    return value;
  }

  private Framed framed(byte[] bytes) {
    if (registry.isEmpty() && Framing.withoutSchemaId(bytes) != bytes) {
      throw notThis(Framing.looksLike("JSON", formatSetting), null);
    }
    if (bytes.length >= CONFLUENT_HEADER && bytes[0] == CONFLUENT_MAGIC) {
      int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
      if (id == 0) { // no registry gives it: the upper half of a longer one
        return apicurio(bytes);
      }
      return new Framed(
          registered("the value names schema " + id, known -> known.byId(id)), CONFLUENT_HEADER);
    }
    Optional<Schema> single = singleWriter(bytes);
    if (single.isPresent()) {
      return new Framed(single.get(), SINGLE_HEADER);
    }
    if (bytes.length >= SINGLE_HEADER && Framing.isSingleObject(bytes)) {
      throw notThis(
          "it was written with a schema that is not known here; let the producer take"
              + " schemas/%s.avsc, or a schema registry, or name its schema with %s"
                  .formatted(type.getSimpleName(), InputConfig.SCHEMA_FILE),
          null);
    }
    String hint = Framing.hint(bytes, formatSetting);
    throw notThis(hint.isEmpty() ? "it begins with neither of the two framings" : hint, null);
  }

  /** With 8 bytes of global id, as Apicurio's serializers write by default before version 3. */
  private Framed apicurio(byte[] bytes) {
    if (bytes.length < APICURIO_HEADER) {
      throw notThis("it names its schema with 8 bytes, of which there are not so many", null);
    }
    long id = ByteBuffer.wrap(bytes, 1, Long.BYTES).getLong();
    return new Framed(
        registered(
            "the value names its schema with 8 bytes, the global id " + id,
            known -> known.byGlobalId(id)),
        APICURIO_HEADER);
  }

  /** The schema that wrote a value in single-object encoding; empty if it is not known. */
  private Optional<Schema> singleWriter(byte[] bytes) {
    if (bytes.length < SINGLE_HEADER || !Framing.isSingleObject(bytes)) {
      return Optional.empty();
    }
    if (Arrays.equals(bytes, 0, SINGLE_HEADER, singleHeader, 0, SINGLE_HEADER)) {
      return Optional.of(schema);
    }
    long fingerprint =
        ByteBuffer.wrap(bytes, 2, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return Optional.ofNullable(foreign.get(fingerprint));
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

  private WireException notThis(String why, Throwable cause) {
    return new WireException(
        "the value is no %s in Avro: %s".formatted(type.getSimpleName(), why), cause);
  }

  /** The same for readers in any language: without what tells Avro to read Java's strings. */
  private static Schema plain(Schema schema) {
    return new Schema.Parser()
        .parse(schema.toString().replace(",\"avro.java.string\":\"String\"", ""));
  }
}
