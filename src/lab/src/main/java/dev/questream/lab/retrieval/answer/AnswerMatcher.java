package dev.questream.lab.retrieval.answer;

import java.util.List;
import java.util.Set;

/**
 * The answers of one question, ready to be looked for in many passages.
 *
 * <p><b>Threading:</b> immutable.
 */
public interface AnswerMatcher {

  /** How answers are looked for; DPR's {@code --match}. */
  enum Mode {
    /** An answer is a string, found as a run of whole tokens. */
    STRING,
    /** An answer is a regular expression of Python's {@code re}, searched for. */
    REGEX
  }

  /**
   * Prepares answers.
   *
   * @param answers any of them answers
   */
  static AnswerMatcher of(List<String> answers, Mode mode) {
    return switch (mode) {
      case STRING -> new TokenMatcher(answers);
      case REGEX -> new RegexMatcher(answers);
    };
  }

  /** Finds the passages of these ids. */
  static AnswerMatcher ofIds(List<String> ids) {
    Set<String> answers = Set.copyOf(ids);
    return passage -> answers.contains(passage.id());
  }

  /** Whether a passage's text, its title apart, has one of the answers. */
  default boolean matches(String text) {
    return matches(new PassageText("", text));
  }

  /** The same, for a text that is asked about several times. */
  boolean matches(PassageText text);
}
