package dev.questream.lab.evaluate;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.QuestionSet;
import java.util.List;

/** Judgements name passages: they should be those that are searched. */
public final class JudgedPassages {
  private JudgedPassages() {}

  /**
   * Says how many judged questions have no relevant passage in the file.
   *
   * @throws FatalException if that is all of them
   */
  public static void require(QuestionSet questions, PassageCollection passages, Console console) {
    if (!questions.judged()) {
      return;
    }
    long without =
        questions.questions().stream()
            .filter(question -> isWithout(question.answers(), passages))
            .count();
    if (without == questions.size()) {
      throw new FatalException(
          ExitCode.REJECTED,
          "%s has none of the passages that are judged the best, by id".formatted(passages.path()));
    }
    if (without > 0) {
      console
          .err()
          .printf(
              "of %,d of %,d questions no relevant passage is in %s, and none will be found%n",
              without, questions.size(), passages.path());
    }
  }

  private static boolean isWithout(List<String> ids, PassageCollection passages) {
    return ids.stream().allMatch(id -> passages.ids().position(id) < 0);
  }
}
