package dev.questream.lab.retrieval;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads what Python's {@code ast.literal_eval} makes of a list of strings: any quotes, prefixes
 * {@code r} and {@code u}, all escapes, neighbours joined, a comma at the end. Nothing is executed.
 *
 * @see <a href="https://docs.python.org/3/reference/lexical_analysis.html">Python's lexical
 *     analysis</a>
 */
public final class PythonListLiteral {
  private static final String SIMPLE_ESCAPES = "\\'\"abfnrtv";
  private static final String SIMPLE_VALUES = "\\'\"\u0007\b\f\n\r\t\u000b";

  private final String source;
  private int at;

  private PythonListLiteral(String source) {
    this.source = source;
  }

  /**
   * The strings of a list.
   *
   * @throws IllegalArgumentException if it is no list of strings; the message has the place
   */
  public static List<String> strings(String source) {
    return new PythonListLiteral(source).list();
  }

  private List<String> list() {
    List<String> items = new ArrayList<>();
    expect('[');
    while (peek() != ']') {
      items.add(string());
      if (peek() != ',') {
        break;
      }
      at++;
    }
    expect(']');
    if (peek() != 0) {
      throw error("nothing after the list");
    }
    return items;
  }

  /** The next character that is no white space, or 0 at the end. */
  private char peek() {
    while (at < source.length() && " \t\n\r\f".indexOf(source.charAt(at)) >= 0) {
      at++;
    }
    return at < source.length() ? source.charAt(at) : 0;
  }

  private void expect(char expected) {
    if (peek() != expected) {
      throw error("'" + expected + "'");
    }
    at++;
  }

  private IllegalArgumentException error(String expected) {
    String found =
        at < source.length()
            ? "'" + source.substring(at, source.offsetByCodePoints(at, 1)) + "'"
            : "the end";
    return new IllegalArgumentException(
        "%s at character %d where %s is expected".formatted(found, at + 1, expected));
  }

  /** One string, or several beside each other, which Python joins. */
  private String string() {
    StringBuilder value = new StringBuilder();
    do {
      boolean raw = prefix();
      char quote = at < source.length() ? source.charAt(at) : 0;
      if (quote != '\'' && quote != '"') {
        throw error("a string");
      }
      boolean triple = source.startsWith(String.valueOf(quote).repeat(3), at);
      at += triple ? 3 : 1;
      content(value, String.valueOf(quote).repeat(triple ? 3 : 1), raw);
    } while ("'\"rRuU".indexOf(peek()) > -1 && peek() != 0);
    return value.toString();
  }

  /** Whether the string that follows is raw. */
  private boolean prefix() {
    char c = peek();
    if (c == 'r' || c == 'R' || c == 'u' || c == 'U') {
      at++;
    }
    return c == 'r' || c == 'R';
  }

  private void content(StringBuilder value, String end, boolean raw) {
    while (!source.startsWith(end, at)) {
      if (at == source.length() || (end.length() == 1 && source.charAt(at) == '\n')) {
        throw error("the string's closing " + end);
      }
      char c = source.charAt(at++);
      if (c != '\\') {
        value.append(c);
      } else if (at == source.length()) {
        throw error("an escaped character");
      } else if (raw) {
        value.append('\\').append(source.charAt(at++));
      } else {
        escape(value, source.charAt(at++));
      }
    }
    at += end.length();
  }

  private void escape(StringBuilder value, char c) {
    int simple = SIMPLE_ESCAPES.indexOf(c);
    if (simple >= 0) {
      value.append(SIMPLE_VALUES.charAt(simple));
    } else if (c >= '0' && c <= '7') {
      value.append((char) octal(c));
    } else if (c == 'x') {
      value.appendCodePoint(hex(2));
    } else if (c == 'u') {
      value.appendCodePoint(hex(4));
    } else if (c == 'U') {
      value.appendCodePoint(hex(8));
    } else if (c == 'N') {
      value.appendCodePoint(named());
    } else if (c != '\n') { // an escaped end of line is left out
      value.append('\\').append(c); // what is no escape stays as it is
    }
  }

  private int octal(char first) {
    int number = first - '0';
    for (int i = 0; i < 2 && at < source.length(); i++) {
      int digit = source.charAt(at) - '0';
      if (digit < 0 || digit > 7) {
        break;
      }
      number = 8 * number + digit;
      at++;
    }
    return number;
  }

  private int hex(int digits) {
    int number = 0;
    for (int i = 0; i < digits; i++) {
      int digit =
          at < source.length() && source.charAt(at) < 128
              ? Character.digit(source.charAt(at), 16)
              : -1;
      if (digit < 0) {
        throw error("a hexadecimal digit");
      }
      number = 16 * number + digit;
      at++;
    }
    if (!Character.isValidCodePoint(number)) {
      throw error("a code point up to 10FFFF before this");
    }
    return number;
  }

  /** {@code \N{LATIN SMALL LETTER A}}. */
  private int named() {
    int close = source.indexOf('}', at);
    if (at == source.length() || source.charAt(at) != '{' || close < 0) {
      throw error("the name of a character in braces");
    }
    String name = source.substring(at + 1, close);
    try {
      int codePoint = Character.codePointOf(name);
      at = close + 1;
      return codePoint;
    } catch (IllegalArgumentException e) {
      throw error("the name of a character, which \"" + name + "\" is not,");
    }
  }
}
