package dev.questream.encoder;

import java.util.Objects;

/**
 * A text to encode.
 *
 * @param title the title of a passage, or empty; questions have none
 * @param text the question, or the body of the passage
 */
public record EncoderInput(String title, String text) {

  public EncoderInput {
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(text, "text");
  }

  /** A question: a text without a title. */
  public static EncoderInput question(String text) {
    return new EncoderInput("", text);
  }

  /** A passage: a title, which may be empty, and a body. */
  public static EncoderInput passage(String title, String text) {
    return new EncoderInput(title, text);
  }

  /**
   * Whether the text has nothing to encode, whatever its title: only white space, and characters
   * that control or format, such as a byte order mark or a space of no width.
   */
  public boolean isBlank() {
    return text.codePoints().allMatch(EncoderInput::isInvisible);
  }

  private static boolean isInvisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT ->
          true;
      default -> false;
    };
  }
}
