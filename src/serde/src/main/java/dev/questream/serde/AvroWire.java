package dev.questream.serde;

import dev.questream.serde.registry.SchemaRegistry;
import dev.questream.serde.registry.SchemaRegistryException;
import dev.questream.serde.registry.UnknownSchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * A record class in Avro, framed in one of two ways.
 *
 * <ul>
 *   <li>Without a registry: Avro's single-object encoding, {@code C3 01}, the schema's 64-bit
 *       fingerprint in little-endian order, the record.
 *   <li>With a registry: Confluent's framing, {@code 00}, the schema's id as a big-endian int, the
 *       record.
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
  private static final int SINGLE_HEADER = 2 + Long.BYTES;
  private static final int INITIAL_BYTES = 4096; // an embedding of 768 floats, mostly

  private final Class<T> type;
  private final Schema schema;
  private final Schema plainSchema;
  private final RecordClasses model = new RecordClasses();
  private final Optional<SchemaRegistry> registry;
  private final byte[] singleHeader;
  private final SpecificDatumWriter<T> writer;
  private final PlainSchemas plainSchemas = new PlainSchemas();
  private final ThreadLocal<Buffer> buffers = ThreadLocal.withInitial(Buffer::new);

  /** A record's bytes: the schema that wrote them and where they begin. */
  private record Framed(Schema writer, int start) {}

  AvroWire(Class<T> type, Optional<SchemaRegistry> registry) {
    this.type = type;
    this.registry = registry;
    this.schema = model.getSchema(type);
    this.plainSchema = plainSchemas.of(schema);
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

  /** The same with strings as the bytes that came ({@link org.apache.avro.util.Utf8}). */
  GenericRecord decodeRaw(byte[] bytes) {
    Framed framed = framed(bytes);
    Schema plainWriter = plainSchemas.of(framed.writer());
    return read(bytes, framed, new GenericDatumReader<>(plainWriter, plainSchema));
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
    if (bytes.length >= CONFLUENT_HEADER && bytes[0] == CONFLUENT_MAGIC) {
      return new Framed(
          registered(ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt()), CONFLUENT_HEADER);
    }
    if (bytes.length < SINGLE_HEADER
        || bytes[0] != singleHeader[0]
        || bytes[1] != singleHeader[1]) {
      throw notThis("it begins with neither of the two framings", null);
    }
    if (!Arrays.equals(bytes, 0, SINGLE_HEADER, singleHeader, 0, SINGLE_HEADER)) {
      throw notThis("it was written with a schema that is not known here", null);
    }
    return new Framed(schema, SINGLE_HEADER);
  }

  private Schema registered(int id) {
    try {
      return registry
          .orElseThrow(
              () ->
                  new WireException(
                      "the value names schema %d of a registry; set schema.registry.url"
                          .formatted(id)))
          .byId(id);
    } catch (UnknownSchemaException e) {
      throw new WireException(e.getMessage(), e);
    }
  }

  private WireException notThis(String why, Throwable cause) {
    return new WireException(
        "the value is no %s in Avro: %s".formatted(type.getSimpleName(), why), cause);
  }
}
