package dev.questream.lab.retrieval.answer;

import java.text.Normalizer;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An answer is found where its pattern is; pattern and text in decomposed form. A pattern that
 * Python would not compile finds nothing, as in DPR.
 */
record RegexMatcher(List<Pattern> patterns) implements AnswerMatcher {

  RegexMatcher(Iterable<String> answers) {
    this(compiled(answers));
  }

  private static List<Pattern> compiled(Iterable<String> answers) {
    List<Pattern> all = new java.util.ArrayList<>();
    for (String answer : answers) {
      Optional<Pattern> pattern =
          PythonRegex.compile(Normalizer.normalize(answer, Normalizer.Form.NFD));
      pattern.ifPresent(all::add);
    }
    return List.copyOf(all);
  }

  @Override
  public boolean matches(PassageText text) {
    for (Pattern pattern : patterns) {
      if (pattern.matcher(text.decomposed()).find()) {
        return true;
      }
    }
    return false;
  }
}
