package dev.questream.serde;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8: bytes that are not well-formed are refused, never replaced. */
public final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /**
   * Decodes bytes.
   *
   * @param what named in the message, such as "the record's value"
   * @throws WireException if they are not well-formed UTF-8
   */
  public static String decode(byte[] bytes, String what) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new WireException(what + " is not valid UTF-8", e);
    }
  }

  /**
   * Refuses strings whose decoder replaced malformed bytes: Avro's does so silently. A replacement
   * character is fine if the encoded bytes hold at least as many of its UTF-8 form.
   */
  static void requireNothingReplaced(byte[] encoded, CharSequence... decoded) {
    long replaced = 0;
    for (CharSequence text : decoded) {
      replaced += text.chars().filter(c -> c == REPLACEMENT).count();
    }
    if (replaced > 0 && replaced > genuineReplacements(encoded)) {
      throw new WireException("a string in the record is not valid UTF-8");
    }
  }

  private static long genuineReplacements(byte[] encoded) {
    long count = 0;
    for (int i = 0; i + 2 < encoded.length; i++) {
      if (encoded[i] == (byte) 0xEF
          && encoded[i + 1] == (byte) 0xBF
          && encoded[i + 2] == (byte) 0xBD) {
        count++;
      }
    }
    return count;
  }
}
