package dev.questream.lab.retrieval;

import java.util.List;

/**
 * A question and what answers it.
 *
 * @param question as it is written in the file
 * @param answers strings or regular expressions; any of them answers
 */
public record QuestionAnswers(String question, List<String> answers) {
  public QuestionAnswers {
    answers = List.copyOf(answers);
  }
}
