package dev.questream.lab.retrieval.answer;

import java.text.Normalizer;
import java.util.List;

/**
 * A passage's id, and its text in the forms that matchers look at, each made once when it is first
 * wanted.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class PassageText {
  private final String id;
  private final String text;
  private List<String> tokens;
  private String decomposed;

  /**
   * @param id of the passage
   * @param text its body, without its title
   */
  public PassageText(String id, String text) {
    this.id = id;
    this.text = text;
  }

  String id() {
    return id;
  }

  List<String> tokens() {
    if (tokens == null) {
      tokens = AnswerTokens.of(text);
    }
    return tokens;
  }

  String decomposed() {
    if (decomposed == null) {
      decomposed = Normalizer.normalize(text, Normalizer.Form.NFD);
    }
    return decomposed;
  }
}
