package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.questream.serde.fields.InputConfig.KeyFormat;
import dev.questream.serde.fields.Shaped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.Schema;

/**
 * Writes keys that {@link KeyReader} reads.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class KeyWriter {
  private final KeyFormat format;
  private final Optional<AvroTarget> avro;

  /**
   * @param avro the schema of keys, if the registry has one
   */
  KeyWriter(KeyFormat format, Optional<AvroTarget> avro) {
    this.format = format;
    this.avro = avro;
  }

  /**
   * The key.
   *
   * @throws WireException if it cannot be written so
   */
  byte[] write(Shaped shaped) {
    JsonNode key = shaped.key();
    return switch (format) {
      case AVRO -> avro(shaped);
      case AUTO -> avro.isPresent() ? avro(shaped) : key.isTextual() ? utf8(text(key)) : json(key);
      case STRING -> utf8(text(key));
      case JSON -> json(key);
      case INT -> ByteBuffer.allocate(Integer.BYTES).putInt((int) number(key)).array();
      case LONG -> ByteBuffer.allocate(Long.BYTES).putLong(number(key)).array();
      case UUID -> uuid(text(key));
    };
  }

  /** An id that is alone in a key with one field is in that. */
  private byte[] avro(Shaped shaped) {
    AvroTarget target = avro.orElseThrow();
    JsonNode key = shaped.key();
    List<Schema.Field> fields =
        target.schema().getType() == Schema.Type.RECORD ? target.schema().getFields() : List.of();
    return target.write(
        !shaped.keyed() && fields.size() == 1
            ? JsonNodeFactory.instance.objectNode().set(fields.get(0).name(), key)
            : key);
  }

  private String text(JsonNode key) {
    if (!key.isTextual()) {
      throw new WireException(
          "input.key=%s has no fields".formatted(format.name().toLowerCase(Locale.ROOT)));
    }
    return key.textValue();
  }

  private long number(JsonNode key) {
    String text = text(key);
    try {
      return format == KeyFormat.INT ? Integer.parseInt(text) : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new WireException("the key \"%s\" is no number as input.key says".formatted(text), e);
    }
  }

  private static byte[] uuid(String text) {
    try {
      UUID uuid = UUID.fromString(text);
      return ByteBuffer.allocate(2 * Long.BYTES)
          .putLong(uuid.getMostSignificantBits())
          .putLong(uuid.getLeastSignificantBits())
          .array();
    } catch (IllegalArgumentException e) {
      throw new WireException("the key \"%s\" is no UUID".formatted(text), e);
    }
  }

  private static byte[] json(JsonNode key) {
    return utf8(key.toString());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
