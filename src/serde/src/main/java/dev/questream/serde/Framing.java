package dev.questream.serde;

import java.util.Arrays;
import java.util.Locale;
import org.apache.kafka.common.errors.SerializationException;

/** What serializers of schema registries put before a record, where it is not Avro, or not read. */
final class Framing {
  private static final int[] HEADERS_BEFORE_JSON = {1 + Integer.BYTES, 1 + Long.BYTES};
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final int GLUE_HEADER = 2 + 16;

  private Framing() {}

  /** JSON without the schema's id that serializers for JSON Schema put before it. */
  static byte[] withoutSchemaId(byte[] value) {
    for (int header : HEADERS_BEFORE_JSON) {
      if (value.length > header && value[0] == 0 && value[header] == '{') {
        return Arrays.copyOfRange(value, header, value.length);
      }
    }
    return value;
  }

  /** Whether they begin as Avro's single-object encoding does, and no UTF-8 text. */
  static boolean isSingleObject(byte[] bytes) {
    return bytes.length > 1 && bytes[0] == (byte) 0xC3 && bytes[1] == 1;
  }

  /** Whether they begin as the records of schema registries do, and no text that is meant. */
  static boolean isRegistered(byte[] bytes) {
    return (bytes.length > 0 && bytes[0] == 0) || isGlue(bytes);
  }

  /** Whether the first byte of a text, behind a byte order mark and white space, is a brace. */
  static boolean beginsJsonObject(byte[] bytes) {
    int at = Arrays.mismatch(bytes, BYTE_ORDER_MARK);
    int first = at == BYTE_ORDER_MARK.length || at < 0 ? BYTE_ORDER_MARK.length : 0;
    while (first < bytes.length && " \t\r\n".indexOf(bytes[first]) >= 0) {
      first++;
    }
    return first < bytes.length && bytes[first] == '{';
  }

  /** What bytes may be that are not framed as they should be, and what to do; or empty. */
  static String hint(byte[] bytes, String formatSetting) {
    if (isGlue(bytes)) {
      return "it is framed as for AWS Glue's registry, which is not read: let the producer use one"
          + " with Confluent's API";
    }
    String text;
    try {
      text = Utf8.decodeText(bytes, "it").strip();
    } catch (SerializationException e) {
      return "";
    }
    if (text.startsWith("{")) {
      return looksLike("JSON", formatSetting);
    }
    boolean readable = text.codePoints().noneMatch(Character::isISOControl);
    return readable && !text.isEmpty() && formatSetting.equals(SerdeConfig.INPUT_FORMAT)
        ? looksLike("text", formatSetting)
        : "";
  }

  static String looksLike(String format, String formatSetting) {
    return "it looks like %s: set %s=%s"
        .formatted(format, formatSetting, format.toLowerCase(Locale.ROOT));
  }

  /**
   * Whether bytes begin as one of the two framings of Avro does, which no text and no JSON does.
   */
  static boolean isAvro(byte[] bytes) {
    return isSingleObject(bytes) || bytes.length > 1 && bytes[0] == 0;
  }

  private static boolean isGlue(byte[] bytes) {
    return bytes.length > GLUE_HEADER && bytes[0] == 3 && (bytes[1] == 0 || bytes[1] == 5);
  }
}
