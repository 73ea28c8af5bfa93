package dev.questream.lab.retrieval.answer;

import java.util.Collections;
import java.util.List;

/**
 * An answer is found where its tokens stand beside each other in the text. One without tokens is
 * found everywhere, as in DPR.
 */
record TokenMatcher(List<List<String>> answerTokens) implements AnswerMatcher {

  TokenMatcher(Iterable<String> answers) {
    this(tokens(answers));
  }

  private static List<List<String>> tokens(Iterable<String> answers) {
    List<List<String>> all = new java.util.ArrayList<>();
    answers.forEach(answer -> all.add(AnswerTokens.of(answer)));
    return List.copyOf(all);
  }

  @Override
  public boolean matches(PassageText text) {
    for (List<String> answer : answerTokens) {
      if (Collections.indexOfSubList(text.tokens(), answer) >= 0) {
        return true;
      }
    }
    return false;
  }
}
