package dev.questream.lab.retrieval;

import dev.questream.app.io.DataException;
import dev.questream.app.io.TabSeparated;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The questions of a DPR {@code qa.csv(.gz)}: TAB-separated, no header, the question and a Python
 * list of answers. A question that stands there twice counts twice, as in DPR. Or those of a file
 * of {@link Judgements}, which begins with a brace.
 *
 * @param questions in the order of the file
 * @param sha256 lower-case hex SHA-256 of the file's plain content, gzipped or not; empty when
 *     these are not all of its questions
 * @param name of the file, without {@code .gz}; empty likewise
 */
public record QuestionSet(List<QuestionAnswers> questions, String sha256, String name) {

  /** Questions that are not all of a file. */
  public QuestionSet(List<QuestionAnswers> questions, String sha256) {
    this(questions, sha256, "");
  }

  /**
   * Reads a file.
   *
   * @throws DataException if it is missing, empty, or a row is damaged; the message has its line
   */
  public static QuestionSet read(Path path) {
    try (TextFile file = TextFile.open(path)) {
      BufferedReader reader = new BufferedReader(file.reader());
      reader.mark(1);
      boolean judged = reader.read() == '{';
      reader.reset();
      List<QuestionAnswers> questions = judged ? Judgements.read(path, reader) : rows(path, reader);
      if (questions.isEmpty()) {
        throw new DataException(path + " holds no questions");
      }
      String name = path.getFileName().toString().replaceFirst("\\.gz$", "");
      return new QuestionSet(List.copyOf(questions), file.sha256OfContent(), name);
    } catch (IOException e) {
      throw TextFile.failure(path, e);
    }
  }

  private static List<QuestionAnswers> rows(Path path, Reader reader) throws IOException {
    List<QuestionAnswers> questions = new ArrayList<>();
    TabSeparated rows = new TabSeparated(reader);
    for (List<String> row = rows.next(); row != null; row = rows.next()) {
      questions.add(question(path, rows.line(), row));
    }
    return questions;
  }

  private static QuestionAnswers question(Path path, long line, List<String> row) {
    if (row.size() != 2) {
      throw new DataException(
          "%s, line %,d: a row is a question, a TAB and a Python list of answers; this one has %d fields"
              .formatted(path, line, row.size()));
    }
    try {
      return new QuestionAnswers(row.get(0), PythonListLiteral.strings(row.get(1)));
    } catch (IllegalArgumentException e) {
      throw new DataException(
          "%s, line %,d: the answers are no Python list of strings: %s"
              .formatted(path, line, e.getMessage()),
          e);
    }
  }

  /** The first {@code limit} questions: a set of its own, without the file's digest. */
  public QuestionSet first(int limit) {
    return limit >= questions.size() ? this : new QuestionSet(questions.subList(0, limit), "");
  }

  /** Whether passages are judged by their ids, and not by answers. */
  public boolean judged() {
    return !questions.isEmpty() && questions.get(0).judged();
  }

  /** What finding their answers is called. */
  public String measure() {
    return judged() ? "recall of judged passages" : "answer recall";
  }

  /** How answers are found, in a word. */
  public String match(AnswerMatcher.Mode mode) {
    return judged() ? "id" : mode.name().toLowerCase(Locale.ROOT);
  }

  public int size() {
    return questions.size();
  }
}
