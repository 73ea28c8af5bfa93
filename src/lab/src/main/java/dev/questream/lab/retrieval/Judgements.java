package dev.questream.lab.retrieval;

import dev.questream.app.io.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What somebody thinks of passages, a {@link ScoreLine} for each. Of a question and a passage the
 * last line counts.
 *
 * <p>The passages of the highest score answer a question. One whose passages all have the same
 * score says nothing, and is left out, unless it has a single passage.
 */
final class Judgements {
  private final Map<String, Map<String, Double>> scores = new LinkedHashMap<>();

  private Judgements() {}

  /**
   * Reads a file.
   *
   * @throws DataException if a line is damaged, or none tells two passages apart
   */
  static List<QuestionAnswers> read(Path path, BufferedReader lines) throws IOException {
    Judgements judgements = new Judgements();
    ScoreLine.readAll(path, lines, judgements::take);
    List<QuestionAnswers> questions = judgements.questions();
    if (questions.isEmpty()) {
      throw new DataException(
          path + " has no question with a passage that is better than another one");
    }
    return questions;
  }

  private void take(ScoreLine line) {
    scores
        .computeIfAbsent(line.question(), text -> new HashMap<>())
        .put(line.passage(), line.score());
  }

  private List<QuestionAnswers> questions() {
    List<QuestionAnswers> questions = new ArrayList<>();
    scores.forEach(
        (question, byPassage) -> {
          double best = Collections.max(byPassage.values());
          List<String> relevant =
              byPassage.entrySet().stream()
                  .filter(entry -> entry.getValue() == best)
                  .map(Map.Entry::getKey)
                  .sorted()
                  .toList();
          if (byPassage.size() == 1 || relevant.size() < byPassage.size()) {
            questions.add(new QuestionAnswers(question, relevant, true));
          }
        });
    return questions;
  }
}
