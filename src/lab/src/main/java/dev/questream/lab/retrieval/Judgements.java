package dev.questream.lab.retrieval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
 * What somebody thinks of passages: a line of JSON for each, {@code {"question": TEXT, "passage":
 * ID, "score": NUMBER}}. Of a question and a passage the last line counts.
 *
 * <p>The passages of the highest score answer a question. One whose passages all have the same
 * score says nothing, and is left out, unless it has a single passage.
 */
final class Judgements {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, Map<String, Double>> scores = new LinkedHashMap<>();

  private Judgements() {}

  /**
   * Reads a file.
   *
   * @throws DataException if a line is damaged, or none tells two passages apart
   */
  static List<QuestionAnswers> read(Path path, BufferedReader lines) throws IOException {
    Judgements judgements = new Judgements();
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank()) {
        judgements.take(path, number, line);
      }
    }
    List<QuestionAnswers> questions = judgements.questions();
    if (questions.isEmpty()) {
      throw new DataException(
          path + " has no question with a passage that is better than another one");
    }
    return questions;
  }

  private void take(Path path, long number, String line) {
    try {
      JsonNode judgement = JSON.readTree(line);
      JsonNode question = judgement.path("question");
      JsonNode passage = judgement.path("passage");
      JsonNode score = judgement.path("score");
      if (!question.isTextual() || !(passage.isTextual() || passage.isNumber())) {
        throw damaged(path, number, "this one is not");
      }
      if (!score.isNumber() || !Double.isFinite(score.doubleValue())) {
        throw damaged(path, number, "the score is " + score);
      }
      scores
          .computeIfAbsent(question.textValue().strip(), text -> new HashMap<>())
          .put(passage.asText(), score.doubleValue());
    } catch (JsonProcessingException e) {
      throw damaged(path, number, e.getOriginalMessage());
    }
  }

  private static DataException damaged(Path path, long number, String why) {
    return new DataException(
        "%s, line %,d: a line is {\"question\": text, \"passage\": id, \"score\": number}; %s"
            .formatted(path, number, why));
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
