package dev.questream.lab.retrieval.answer;

import java.text.Normalizer;
import java.util.List;

/**
 * A passage's text in the forms that matchers look at, each made once when it is first wanted.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class PassageText {
  private final String text;
  private List<String> tokens;
  private String decomposed;

  /**
   * @param text the body of a passage, without its title
   */
  public PassageText(String text) {
    this.text = text;
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
