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
}
