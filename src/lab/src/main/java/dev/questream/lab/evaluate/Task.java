package dev.questream.lab.evaluate;

import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import java.util.List;

/**
 * What all contenders are asked.
 *
 * @param questions with their answers
 * @param passages to search
 * @param mode how answers are looked for, if they are no ids
 * @param ks depths of the table, growing
 */
public record Task(
    QuestionSet questions, PassageCollection passages, AnswerMatcher.Mode mode, List<Integer> ks) {

  /** The deepest look. */
  public int maxK() {
    return ks.get(ks.size() - 1);
  }

  /** The answers of each question, ready to be looked for. */
  List<AnswerMatcher> matchers() {
    return questions.questions().stream().map(question -> question.matcher(mode)).toList();
  }
}
