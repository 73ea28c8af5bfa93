package dev.questream.serde;

import dev.questream.serde.WriterSchemas.Written;
import dev.questream.serde.registry.SchemaRegistry;
import dev.questream.serde.registry.SchemaRegistryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
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
  private static final int INITIAL_BYTES = 4096; // an embedding of 768 floats, mostly

  private final Class<T> type;
  private final Schema schema;
  private final SchemaVersions versions;
  private final RecordClasses model = new RecordClasses();
  private final Optional<SchemaRegistry> registry;
  private final WriterSchemas writers;
  private final Map<Schema, Form<T>> forms =
      new IdentityHashMap<>(); // not modified once it is made
  private final ThreadLocal<Buffer> buffers = ThreadLocal.withInitial(Buffer::new);

  /** How records of a version are written: its schema for readers in any language, its header. */
  private record Form<T>(Schema plain, byte[] singleHeader, SpecificDatumWriter<T> writer) {}

  AvroWire(Class<T> type, Optional<SchemaRegistry> registry) {
    this(type, registry, Map.of());
  }

  /**
   * @param foreign other schemas of records in single-object encoding, by their fingerprints
   */
  AvroWire(Class<T> type, Optional<SchemaRegistry> registry, Map<Long, Schema> foreign) {
    this.type = type;
    this.registry = registry;
    this.schema = model.getSchema(type);
    this.versions = SchemaVersions.of(schema);
    Map<Long, Schema> known = new HashMap<>(foreign);
    for (Schema version : versions.all()) {
      known.put(SchemaVersions.fingerprint(version), version);
      forms.put(
          version,
          new Form<>(
              plain(version),
              WriterSchemas.singleHeader(version),
              new VectorDatumWriter<>(version, model)));
    }
    this.writers = new WriterSchemas(schema, registry, Map.copyOf(known));
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

  /** Writes a record in the plainest schema that loses nothing of it. */
  byte[] encode(String topic, T value) {
    Form<T> form = forms.get(versions.plainestFor(value));
    Buffer buffer = buffers.get();
    BinaryEncoder encoder = buffer.begin(header(topic, form));
    try {
      form.writer().write(value, encoder);
      encoder.flush();
    } catch (IOException | AvroRuntimeException e) {
      throw new WireException("a %s cannot be written: %s".formatted(type.getSimpleName(), e), e);
    }
    return buffer.bytes.toByteArray();
  }

  /**
   * Asks the registry, if there is one, for what records like this one need on that topic.
   *
   * @throws SchemaRegistryException if it is not to be had
   */
  void prepare(String topic, T like) {
    header(topic, forms.get(versions.plainestFor(like)));
  }

  /** The registry gets the schema as it stands in schemas/, for readers in any language. */
  private byte[] header(String topic, Form<T> form) {
    return registry
        .map(known -> WriterSchemas.confluentHeader(known.idFor(topic, form.plain())))
        .orElse(form.singleHeader());
  }

  /**
   * Reads a record in either framing. Strings that are not UTF-8 come with replacement characters.
   *
   * @throws WireException if the bytes are neither, or damaged
   * @throws SchemaRegistryException if the registry is not reachable
   */
  T decode(byte[] bytes) {
    Written framed = writers.of(bytes);
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
    return writers.names(key) || HeaderSchema.ofKey(headers).isPresent();
  }

  private AvroValue decodeWritten(
      byte[] bytes, Optional<HeaderSchema> header, UnaryOperator<Schema> wanted) {
    Written framed = writers.of(bytes, header);
    return read(bytes, framed, new WrittenData.Reader(framed.writer(), wanted));
  }

  private <R> R read(byte[] bytes, Written framed, DatumReader<R> reader) {
    int start = framed.start();
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(bytes, start, bytes.length - start, null);
    boolean more;
    R value;
    try {
      value = reader.read(null, decoder);
      more = !decoder.isEnd();
    } catch (IOException | RuntimeException e) { // Avro throws many kinds for damaged bytes
      throw writers.notThis(e.getMessage(), e);
    }
    if (more) {
      throw writers.notThis("bytes follow the record", null);
    }
    return value;
  }

  /** The same for readers in any language: without what tells Avro to read Java's strings. */
  private static Schema plain(Schema schema) {
    return new Schema.Parser()
        .parse(schema.toString().replace(",\"avro.java.string\":\"String\"", ""));
  }
}
