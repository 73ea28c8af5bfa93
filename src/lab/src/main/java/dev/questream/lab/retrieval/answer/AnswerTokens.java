package dev.questream.lab.retrieval.answer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens of DPR's {@code SimpleTokenizer} with {@code uncased=True}, on text in Unicode's
 * decomposed form (NFD): each run of letters, numbers and marks, and each other code point that is
 * no separator and no control, in lower case.
 *
 * <p>The pattern is {@code ([\p{L}\p{N}\p{M}]+)|([^\p{Z}\p{C}])}; code points that this Java does
 * not know count as unassigned ({@code \p{C}}).
 */
final class AnswerTokens {
  private static final int CAPITAL_SIGMA = 0x3A3;
  private static final int SMALL_SIGMA = 0x3C3;
  private static final int FINAL_SIGMA = 0x3C2;

  private AnswerTokens() {}

  /** The tokens of a text, in order. */
  static List<String> of(String text) {
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFD);
    List<String> tokens = new ArrayList<>();
    for (int at = 0; at < decomposed.length(); ) {
      int end = endOfWord(decomposed, at);
      if (end == at) { // no word begins here
        int codePoint = decomposed.codePointAt(at);
        end = at + Character.charCount(codePoint);
        if (isSeparatorOrControl(codePoint)) {
          at = end;
          continue;
        }
      }
      tokens.add(lowerCase(decomposed, at, end));
      at = end;
    }
    return tokens;
  }

  private static int endOfWord(String text, int start) {
    int at = start;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (!isWord(codePoint)) {
        break;
      }
      at += Character.charCount(codePoint);
    }
    return at;
  }

  private static boolean isWord(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK ->
          true;
      default -> false;
    };
  }

  private static boolean isSeparatorOrControl(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  /**
   * Python's {@code str.lower}. Java's {@code toLowerCase} looks for the end of a word by other
   * rules when it chooses between the two small sigmas, so that choice is made here.
   */
  private static String lowerCase(String text, int from, int to) {
    StringBuilder lower = new StringBuilder(to - from);
    for (int at = from; at < to; ) {
      int codePoint = text.codePointAt(at);
      int next = at + Character.charCount(codePoint);
      lower.appendCodePoint(
          codePoint == CAPITAL_SIGMA
              ? isFinal(text, from, at, next, to) ? FINAL_SIGMA : SMALL_SIGMA
              : Character.toLowerCase(codePoint));
      at = next;
    }
    return lower.toString();
  }

  /**
   * Unicode's condition Final_Sigma (section 3.13): a cased letter before it and none after it,
   * marks and modifiers aside.
   */
  private static boolean isFinal(String text, int from, int before, int after, int to) {
    int left = before;
    while (left > from && isCaseIgnorable(text.codePointBefore(left))) {
      left -= Character.charCount(text.codePointBefore(left));
    }
    if (left == from || !isCased(text.codePointBefore(left))) {
      return false;
    }
    int right = after;
    while (right < to && isCaseIgnorable(text.codePointAt(right))) {
      right += Character.charCount(text.codePointAt(right));
    }
    return right == to || !isCased(text.codePointAt(right));
  }

  private static boolean isCased(int codePoint) {
    return Character.isLowerCase(codePoint)
        || Character.isUpperCase(codePoint)
        || Character.isTitleCase(codePoint);
  }

  /** The property Case_Ignorable, as far as a token can hold such code points. */
  private static boolean isCaseIgnorable(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.MODIFIER_LETTER;
  }
}
