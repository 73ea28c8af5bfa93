package dev.questream.serde;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * A record class in Avro, framed in one of two ways.
 *
 * <ul>
 *   <li>Without a registry: Avro's single-object encoding, {@code C3 01}, the schema's 64-bit
 *       fingerprint, the record.
 *   <li>With a registry: Confluent's framing, {@code 00}, the schema's id as a big-endian int, the
 *       record.
 * </ul>
 *
 * <p><b>Threading:</b> safe for any thread: Kafka Streams shares one serializer among all its
 * threads.
 */
final class AvroWire<T extends SpecificRecord> {
  private static final byte CONFLUENT_MAGIC = 0;
  private static final int CONFLUENT_HEADER = 1 + Integer.BYTES;

  private final Class<T> type;
  private final Schema schema;
  private final SpecificData model;
  private final Optional<SchemaRegistry> registry;
  private final BinaryMessageEncoder<T> singleEncoder;
  private final BinaryMessageDecoder<T> singleDecoder;
  private final SpecificDatumWriter<T> writer;

  AvroWire(Class<T> type, Optional<SchemaRegistry> registry) {
    this.type = type;
    this.registry = registry;
    this.model = new RecordClasses();
    this.schema = model.getSchema(type);
    this.singleEncoder = new BinaryMessageEncoder<>(model, schema);
    this.singleDecoder = new BinaryMessageDecoder<>(model, schema);
    this.writer = new SpecificDatumWriter<>(schema, model);
  }

  byte[] encode(String topic, T value) {
    try {
      return registry.isPresent()
          ? encodeConfluent(registry.get().register(topic + "-value", schema), value)
          : toArray(singleEncoder.encode(value));
    } catch (IOException | AvroRuntimeException e) {
      throw new WireException("a %s cannot be written: %s".formatted(type.getSimpleName(), e), e);
    }
  }

  private byte[] encodeConfluent(int schemaId, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(CONFLUENT_HEADER).put(CONFLUENT_MAGIC).putInt(schemaId).array());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    writer.write(value, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static byte[] toArray(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /**
   * Reads a record in either framing.
   *
   * @throws WireException if the bytes are neither, or damaged
   * @throws SchemaRegistryException if the registry is not reachable
   */
  T decode(byte[] bytes) {
    try {
      return bytes.length >= CONFLUENT_HEADER && bytes[0] == CONFLUENT_MAGIC
          ? decodeConfluent(bytes)
          : singleDecoder.decode(bytes, null);
    } catch (IOException
        | AvroRuntimeException
        | IndexOutOfBoundsException
        | NegativeArraySizeException
        | OutOfMemoryError e) {
      throw new WireException(
          "the value is no %s in Avro: %s".formatted(type.getSimpleName(), e.getMessage()), e);
    }
  }

  private T decodeConfluent(byte[] bytes) throws IOException {
    int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    SpecificDatumReader<T> reader = new SpecificDatumReader<>(writerSchema(id), schema, model);
    return reader.read(
        null,
        DecoderFactory.get()
            .binaryDecoder(bytes, CONFLUENT_HEADER, bytes.length - CONFLUENT_HEADER, null));
  }

  private Schema writerSchema(int id) {
    SchemaRegistry known =
        registry.orElseThrow(
            () ->
                new WireException(
                    "the value names schema %d of a registry; set schema.registry.url"
                        .formatted(id)));
    try {
      return known.byId(id);
    } catch (SchemaRegistryException e) {
      if (e.notFound()) {
        throw new WireException("the schema registry knows no schema " + id, e);
      }
      throw e;
    }
  }
}
