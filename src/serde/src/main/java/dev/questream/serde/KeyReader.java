package dev.questream.serde;

import dev.questream.serde.fields.ConnectDatum;
import dev.questream.serde.fields.Datum;
import dev.questream.serde.fields.FieldException;
import dev.questream.serde.fields.InputConfig.KeyFormat;
import dev.questream.serde.fields.JsonDatum;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;

/**
 * Reads the keys of records in the format that {@code input.key} names.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class KeyReader {
  private static final String KEY = "the record's key";

  private final KeyFormat format;
  private final AvroWire<?> avro;

  KeyReader(KeyFormat format, AvroWire<?> avro) {
    this.format = format;
    this.avro = avro;
  }

  /**
   * The key.
   *
   * @throws WireException if it is not what the format says
   */
  Datum read(byte[] key, Headers headers) {
    return switch (format) {
      case AUTO -> recognized(key, headers);
      case STRING -> JsonDatum.text(text(key));
      case JSON -> json(Framing.withoutSchemaId(key));
      case AVRO -> avro.decodeKey(key, headers);
      case INT -> JsonDatum.number(bytes(key, Integer.BYTES).getInt());
      case LONG -> JsonDatum.number(bytes(key, Long.BYTES).getLong());
      case UUID -> {
        ByteBuffer halves = bytes(key, 2 * Long.BYTES);
        yield JsonDatum.text(new UUID(halves.getLong(), halves.getLong()).toString());
      }
    };
  }

  /** By what cannot be anything else: no text begins with a zero byte, but a number may be text. */
  private Datum recognized(byte[] key, Headers headers) {
    byte[] content = Framing.withoutSchemaId(key);
    if (Framing.beginsJsonObject(content)) {
      try {
        return json(content);
      } catch (WireException e) {
        return JsonDatum.text(text(key));
      }
    }
    if (avro.isFramed(key, headers)) {
      return avro.decodeKey(key, headers);
    }
    boolean number = key.length > 0 && key[0] == 0;
    if (number && key.length == Long.BYTES) {
      return JsonDatum.number(ByteBuffer.wrap(key).getLong());
    }
    if (number && key.length == Integer.BYTES) {
      return JsonDatum.number(ByteBuffer.wrap(key).getInt());
    }
    return JsonDatum.text(text(key));
  }

  private static Datum json(byte[] key) {
    try {
      return ConnectDatum.unwrapped(JsonDatum.parse(Utf8.decodeText(key, KEY), KEY));
    } catch (FieldException e) {
      throw new WireException(e.getMessage(), e);
    }
  }

  private static ByteBuffer bytes(byte[] key, int length) {
    if (key.length != length) {
      throw new WireException(
          "%s has %d bytes, input.key says %d".formatted(KEY, key.length, length));
    }
    return ByteBuffer.wrap(key);
  }

  private static String text(byte[] key) {
    try {
      return Utf8.decode(key, KEY);
    } catch (WireException e) {
      throw new WireException(e.getMessage() + hint(key.length), e);
    }
  }

  private static String hint(int length) {
    return switch (length) {
      case Integer.BYTES -> ": if it is a number of 4 bytes, set input.key=int";
      case Long.BYTES -> ": if it is a number of 8 bytes, set input.key=long";
      case 2 * Long.BYTES -> ": if it is a UUID of 16 bytes, set input.key=uuid";
      default -> "";
    };
  }
}
