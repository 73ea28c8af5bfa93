package dev.questream.serde;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8: bytes that are not well-formed are refused, never replaced. */
public final class Utf8 {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

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
   * Refuses a text that no bytes stand for.
   *
   * @throws WireException if it has half of a surrogate pair
   */
  public static void require(String text, String what) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new WireException(what + " has half of a surrogate pair");
    }
  }

  /**
   * Decodes a text: the same, without a byte order mark before it.
   *
   * @throws WireException if it is not well-formed UTF-8
   */
  public static String decodeText(byte[] bytes, String what) {
    String text = decode(bytes, what);
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }
}
