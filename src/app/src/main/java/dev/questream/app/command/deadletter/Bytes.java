package dev.questream.app.command.deadletter;

import dev.questream.app.console.Console;
import dev.questream.serde.Utf8;
import dev.questream.serde.WireException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Bytes of unknown content: text if they are UTF-8, hex otherwise.
 *
 * @param text the text, with control characters in it, if it is one
 * @param hex all bytes in lower-case hex, if they are no text; both are empty without bytes
 */
record Bytes(Optional<String> text, Optional<String> hex) {
  private static final int SHOWN_CHARACTERS = 4000;
  private static final int SHOWN_HEX_BYTES = 512;
  private static final int LINE_BYTES = 32;
  private static final String INDENT = "%n            ".formatted();

  /**
   * Looks at bytes.
   *
   * @param bytes may be null
   */
  static Bytes of(byte[] bytes) {
    if (bytes == null) {
      return new Bytes(Optional.empty(), Optional.empty());
    }
    try {
      return new Bytes(Optional.of(Utf8.decode(bytes, "it")), Optional.empty());
    } catch (WireException e) {
      return new Bytes(Optional.empty(), Optional.of(HexFormat.of().formatHex(bytes)));
    }
  }

  /** All in one line that cannot steer the terminal; {@code -} without bytes. */
  String line() {
    return text.map(Console::printable).or(() -> hex.map("0x"::concat)).orElse("-");
  }

  /** As many lines as it needs, up to a bound that is named; {@code none} without bytes. */
  String block() {
    return text.map(Bytes::shown).or(() -> hex.map(Bytes::hexLines)).orElse("none");
  }

  /** A text without control characters, the rest of a very long one only counted. */
  static String shown(String text) {
    int characters = text.codePointCount(0, text.length());
    return characters <= SHOWN_CHARACTERS
        ? Console.printable(text)
        : "%s… (%,d characters in all)"
            .formatted(
                Console.printable(text.substring(0, text.offsetByCodePoints(0, SHOWN_CHARACTERS))),
                characters);
  }

  private static String hexLines(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    StringBuilder lines = new StringBuilder("no UTF-8, in hex:");
    int shown = Math.min(bytes.length, SHOWN_HEX_BYTES);
    for (int start = 0; start < shown; start += LINE_BYTES) {
      byte[] line = Arrays.copyOfRange(bytes, start, Math.min(start + LINE_BYTES, shown));
      lines.append(INDENT).append(HexFormat.ofDelimiter(" ").formatHex(line));
    }
    return bytes.length == shown
        ? lines.toString()
        : lines
            + INDENT
            + "… (%,d bytes in all; --raw FILE writes them to a file)".formatted(bytes.length);
  }
}
