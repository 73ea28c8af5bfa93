package dev.questream.lab.retrieval.answer;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Translates patterns of Python's {@code re}, with the flags IGNORECASE, UNICODE and MULTILINE,
 * into Java's.
 *
 * <p>Where both know a construct but mean something else, Python's meaning is written out: {@code
 * \w}, {@code \s} and {@code \b} (Python's words hold no combining marks), {@code \Z}, named
 * groups, and what Java alone finds special inside brackets. What Python would refuse is refused.
 *
 * @see <a href="https://docs.python.org/3/library/re.html">Python's re</a>
 */
final class PythonRegex {
  private static final int FLAGS =
      Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNIX_LINES;

  private static final String WORD = "\\p{L}\\p{N}_";
  private static final String SPACE = "\\p{Z}\\t\\n\\x0B\\f\\r\\x1c-\\x1f\\x85";
  private static final String BOUNDARY =
      "(?:(?<![%1$s])(?=[%1$s])|(?<=[%1$s])(?![%1$s]))".formatted(WORD);
  private static final String NO_BOUNDARY =
      "(?:(?!\\A\\z)(?:(?<![%1$s])(?![%1$s])|(?<=[%1$s])(?=[%1$s])))".formatted(WORD);

  /**
   * Matches the empty string. Only behind a pattern that itself holds a supplementary character
   * does Java look behind by code points and not by halves of them.
   */
  private static final String BY_CODE_POINTS = "(?:\uD83D\uDE81){0}";

  /** Letters that Python knows after a backslash and that mean the same in Java. */
  private static final String SAME_ESCAPES = "afnrt";

  private final String source;
  private final StringBuilder java = new StringBuilder();
  private int at;

  private PythonRegex(String source) {
    this.source = source;
  }

  /** The pattern in Java, or empty if Python would refuse it. */
  static Optional<Pattern> compile(String python) {
    try {
      return Optional.of(
          Pattern.compile(new PythonRegex(python).translate() + BY_CODE_POINTS, FLAGS));
    } catch (PatternSyntaxException e) {
      return Optional.empty(); // no match, as in DPR
    }
  }

  private PatternSyntaxException refused(String why) {
    return new PatternSyntaxException(why, source, at);
  }

  private String translate() {
    while (at < source.length()) {
      char c = source.charAt(at++);
      switch (c) {
        case '\\' -> escape(false);
        case '[' -> characterClass();
        case '(' -> group();
        case '{' -> brace();
        case '}' -> java.append("\\}");
        case '^' -> java.append("(?<![^\\n])"); // Java's does not match behind the last line feed
        case '$' -> java.append("(?![^\\n])");
        default -> java.append(c);
      }
    }
    return java.toString();
  }

  private char next(String what) {
    if (at == source.length()) {
      throw refused(what + " is missing");
    }
    return source.charAt(at++);
  }

  /** What follows a backslash, inside brackets or outside. */
  private void escape(boolean inBrackets) {
    char c = next("what is escaped");
    switch (c) {
      case 'w' -> java.append(inBrackets ? WORD : "[" + WORD + "]");
      case 'W' -> java.append("[^").append(WORD).append(']');
      case 's' -> java.append(inBrackets ? SPACE : "[" + SPACE + "]");
      case 'S' -> java.append("[^").append(SPACE).append(']');
      case 'd' -> java.append("\\p{Nd}");
      case 'D' -> java.append("\\P{Nd}");
      case 'v' -> java.append("\\x0B");
      case 'b' -> java.append(inBrackets ? "\\x08" : BOUNDARY);
      case 'B' -> java.append(only(!inBrackets, c, NO_BOUNDARY));
      case 'A' -> java.append(only(!inBrackets, c, "\\A"));
      case 'Z' -> java.append(only(!inBrackets, c, "\\z"));
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      default -> otherEscape(c, inBrackets);
    }
  }

  private String only(boolean allowed, char c, String translated) {
    if (!allowed) {
      throw refused("bad escape \\" + c);
    }
    return translated;
  }

  private void hex(int digits) {
    int end = at + digits;
    if (end > source.length() || !source.substring(at, end).matches("[0-9A-Fa-f]+")) {
      throw refused("an escape needs %d hexadecimal digits".formatted(digits));
    }
    java.append("\\x{").append(source, at, end).append('}');
    at = end;
  }

  private void otherEscape(char c, boolean inBrackets) {
    if (c >= '0' && c <= '9') {
      number(c, inBrackets);
    } else if (SAME_ESCAPES.indexOf(c) >= 0) {
      java.append('\\').append(c);
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      throw refused("bad escape \\" + c);
    } else if (c < 128) {
      java.append('\\').append(c);
    } else {
      java.append(c);
    }
  }

  /** An octal code or the number of a group. */
  private void number(char first, boolean inBrackets) {
    int length = 1;
    while (length < 3
        && at - 1 + length < source.length()
        && octal(source.charAt(at - 1 + length))) {
      length++;
    }
    String digits = source.substring(at - 1, at - 1 + length);
    if (first == '0' || inBrackets || (length == 3 && octal(first))) {
      if (!octal(first) || (first > '3' && length == 3)) {
        throw refused("octal escape out of range");
      }
      java.append("\\x{").append(Integer.toHexString(Integer.parseInt(digits, 8))).append('}');
      at += length - 1;
    } else {
      boolean two = at < source.length() && Character.digit(source.charAt(at), 10) >= 0;
      java.append("(?:\\").append(first);
      if (two) {
        java.append(source.charAt(at++));
      }
      java.append(')'); // so that a digit behind it is not taken into the number
    }
  }

  private static boolean octal(char c) {
    return c >= '0' && c <= '7';
  }

  /** Java nests classes and intersects them with {@code &&}; Python does neither. */
  private void characterClass() {
    java.append('[');
    if (at < source.length() && source.charAt(at) == '^') {
      java.append('^');
      at++;
    }
    boolean first = true;
    for (char c = next("]"); c != ']' || first; c = next("]")) {
      if (c == '\\') {
        escape(true);
      } else if ("[]&~^ #".indexOf(c) >= 0) {
        java.append('\\').append(c);
      } else {
        java.append(c);
      }
      first = false;
    }
    java.append(']');
  }

  private void group() {
    java.append('(');
    if (at == source.length() || source.charAt(at) != '?') {
      return;
    }
    String rest = source.substring(at);
    if (rest.startsWith("?P<")) {
      java.append("?<");
      at += 3;
      name('>');
      java.append('>');
    } else if (rest.startsWith("?P=")) {
      at += 3;
      java.setLength(java.length() - 1);
      java.append("\\k<");
      name(')');
      java.append('>');
    } else if (rest.startsWith("?#")) {
      int close = source.indexOf(')', at);
      if (close < 0) {
        throw refused("a comment is not closed");
      }
      java.setLength(java.length() - 1);
      at = close + 1;
    } else if (rest.matches("(?s)\\?(?:[:=!>]|<[=!]|[ims]+:).*")
        || (at == 1 && rest.matches("(?s)\\?[ims]+\\).*"))) {
      java.append('?'); // what follows is the same in both
      at++;
    } else {
      throw refused("unknown extension of a group");
    }
  }

  /** Names in Java are letters and digits; others are spelled out. */
  private void name(char end) {
    int close = source.indexOf(end, at);
    if (close <= at || !source.substring(at, close).matches("[\\p{L}_][\\p{L}\\p{N}_]*")) {
      throw refused("bad name of a group");
    }
    java.append('g');
    source
        .substring(at, close)
        .codePoints()
        .forEach(c -> java.append('x').append(Integer.toHexString(c)));
    at = close + 1;
  }

  /** A brace that is no repetition is a character in Python. */
  private void brace() {
    int close = source.indexOf('}', at);
    String inside = close < 0 ? "" : source.substring(at, close);
    if (inside.matches("[0-9]+(,[0-9]*)?")) {
      java.append('{').append(inside).append('}');
      at = close + 1;
    } else if (inside.matches(",[0-9]+")) {
      java.append("{0").append(inside).append('}');
      at = close + 1;
    } else {
      java.append("\\{");
    }
  }
}
