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
  private static final String CONFLUENT = "__value_schema_id";
  private static final String APICURIO_CONTENT = "apicurio.value.contentId";
  private static final String APICURIO_GLOBAL = "apicurio.value.globalId";
  private static final String APICURIO_ENCODING = "apicurio.value.encoding";
  private static final Pattern NAMES =
      Pattern.compile("__(key|value)_schema_id|apicurio\\.(key|value)\\..*");
  private static final byte ID = 0;
  private static final byte GUID = 1;
  private static final int GUID_BYTES = 16;

  private final Header header;

  private HeaderSchema(Header header) {
    this.header = header;
  }

  /** The header that names the value's schema; empty if there is none. */
  static Optional<HeaderSchema> of(Headers headers) {
    for (String name : new String[] {CONFLUENT, APICURIO_CONTENT, APICURIO_GLOBAL}) {
      Header header = headers.lastHeader(name);
      if (header != null && header.value() != null) {
        requireBinary(headers.lastHeader(APICURIO_ENCODING));
        return Optional.of(new HeaderSchema(header));
      }
    }
    return Optional.empty();
  }

  /** Removes what says how a key or a value was written that is no longer there. */
  static void removeFrom(Headers headers) {
    List<String> names = new ArrayList<>();
    headers.forEach(header -> names.add(header.key()));
    names.stream().filter(NAMES.asMatchPredicate()).forEach(headers::remove);
  }

  private static void requireBinary(Header encoding) {
    if (encoding != null
        && encoding.value() != null
        && !"BINARY".equalsIgnoreCase(Utf8.decode(encoding.value(), APICURIO_ENCODING))) {
      throw new WireException(
          "the header %s says that the value is not in Avro's binary encoding: set"
                  .formatted(APICURIO_ENCODING)
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
    if (header.key().equals(APICURIO_GLOBAL)) {
      throw new WireException(
          ("the header %s names the schema by a global id, which Confluent's API does not know: set"
                  + " apicurio.registry.use-id=contentId in the producer")
              .formatted(APICURIO_GLOBAL));
    }
    if (header.key().equals(APICURIO_CONTENT) && value.remaining() == Long.BYTES) {
      long id = value.getLong();
      if (id == (int) id) {
        return registry.byId((int) id);
      }
    }
    if (header.key().equals(CONFLUENT) && value.hasRemaining()) {
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
