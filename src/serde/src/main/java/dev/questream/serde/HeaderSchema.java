package dev.questream.serde;

import dev.questream.serde.registry.SchemaRegistry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The schema of a record that names it in a header instead of before the value, as Confluent's
 * {@code HeaderSchemaIdSerializer} and Apicurio's serializers can.
 */
final class HeaderSchema {
  private static final Names KEY = new Names("key");
  private static final Names VALUE = new Names("value");
  private static final Pattern NAMES =
      Pattern.compile("__(key|value)_schema_id|apicurio\\.(key|value)\\..*");
  private static final Pattern EVENT = Pattern.compile("content-type|ce_.*");
  private static final byte ID = 0;
  private static final byte GUID = 1;
  private static final int GUID_BYTES = 16;

  private final Names names;
  private final Header header;

  private HeaderSchema(Names names, Header header) {
    this.names = names;
    this.header = header;
  }

  /** The headers of one part of the record. */
  private record Names(String confluent, String content, String global, String encoding) {
    Names(String part) {
      this(
          "__" + part + "_schema_id",
          "apicurio." + part + ".contentId",
          "apicurio." + part + ".globalId",
          "apicurio." + part + ".encoding");
    }
  }

  /** The header that names the key's schema; empty if there is none. */
  static Optional<HeaderSchema> ofKey(Headers headers) {
    return of(KEY, headers);
  }

  /** The header that names the value's schema; empty if there is none. */
  static Optional<HeaderSchema> ofValue(Headers headers) {
    return of(VALUE, headers);
  }

  private static Optional<HeaderSchema> of(Names names, Headers headers) {
    for (String name : List.of(names.confluent(), names.content(), names.global())) {
      Header header = headers.lastHeader(name);
      if (header != null && header.value() != null) {
        requireBinary(headers.lastHeader(names.encoding()));
        return Optional.of(new HeaderSchema(names, header));
      }
    }
    return Optional.empty();
  }

  /** Removes what says how a key or a value was written that is no longer there. */
  static void removeFrom(Headers headers) {
    removeFrom(headers, NAMES);
  }

  /** Removes what makes a CloudEvent of a record. */
  static void removeEventFrom(Headers headers) {
    removeFrom(headers, EVENT);
  }

  private static void removeFrom(Headers headers, Pattern pattern) {
    List<String> names = new ArrayList<>();
    headers.forEach(header -> names.add(header.key()));
    names.stream().filter(pattern.asMatchPredicate()).forEach(headers::remove);
  }

  private static void requireBinary(Header encoding) {
    if (encoding != null
        && encoding.value() != null
        && !"BINARY".equalsIgnoreCase(Utf8.decode(encoding.value(), encoding.key()))) {
      throw new WireException(
          "the header %s says that the value is not in Avro's binary encoding: set"
                  .formatted(encoding.key())
              + " apicurio.registry.avro.encoding=BINARY in the producer");
    }
  }

  /**
   * Asks for the schema.
   *
   * @throws WireException if the header cannot be read
   */
  Schema schema(SchemaRegistry registry) {
    ByteBuffer value = ByteBuffer.wrap(header.value());
    if (header.key().equals(names.global()) && value.remaining() == Long.BYTES) {
      return registry.byGlobalId(value.getLong());
    }
    if (header.key().equals(names.content()) && value.remaining() == Long.BYTES) {
      long id = value.getLong();
      if (id == (int) id) {
        return registry.byId((int) id);
      }
    }
    if (header.key().equals(names.confluent()) && value.hasRemaining()) {
      byte magic = value.get();
      if (magic == GUID && value.remaining() == GUID_BYTES) {
        return registry.byGuid(new UUID(value.getLong(), value.getLong()));
      }
      if (magic == ID && value.remaining() == Integer.BYTES) {
        return registry.byId(value.getInt());
      }
    }
    throw new WireException(
        "the header %s names no schema: it has %d bytes"
            .formatted(header.key(), header.value().length));
  }

  @Override
  public String toString() {
    return "the header " + header.key();
  }
}
