package dev.questream.lab.retrieval;

import dev.questream.lab.retrieval.answer.AnswerMatcher;
import java.util.List;

/**
 * A question and what answers it.
 *
 * @param question as it is written in the file
 * @param answers strings or regular expressions, any of which answers; or the ids of the passages
 *     that do
 * @param judged whether they are ids
 */
public record QuestionAnswers(String question, List<String> answers, boolean judged) {
  public QuestionAnswers {
    answers = List.copyOf(answers);
  }

  public QuestionAnswers(String question, List<String> answers) {
    this(question, answers, false);
  }

  /**
   * Finds out which passages answer.
   *
   * @param mode how answers that are no ids are looked for
   */
  public AnswerMatcher matcher(AnswerMatcher.Mode mode) {
    return judged ? AnswerMatcher.ofIds(answers) : AnswerMatcher.of(answers, mode);
  }
}
