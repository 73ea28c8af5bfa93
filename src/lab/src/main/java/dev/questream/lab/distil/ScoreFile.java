package dev.questream.lab.distil;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.Passage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Scores from a file: a line of JSON for each, {@code {"question": TEXT, "passage": ID, "score":
 * NUMBER}}. Of several scores of a pair the last counts.
 */
final class ScoreFile implements Teacher {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final KnownScores NONE = new KnownScores();

  private final Map<String, KnownScores> scores = new HashMap<>();
  private int repeated;

  private ScoreFile() {}

  /**
   * Reads a file.
   *
   * @throws DataException if it is missing, empty or damaged; the message has the line
   */
  static ScoreFile read(Path file) {
    ScoreFile read = new ScoreFile();
    Map<String, String> ids = new HashMap<>(); // each once
    long number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          read.take(JSON.readTree(line), ids);
        }
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new DataException(
          "%s, line %,d: a line is {\"question\": text, \"passage\": id, \"score\": number}; %s"
              .formatted(file, number, e.getMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
    if (read.scores.isEmpty()) {
      throw new DataException(file + " holds no scores");
    }
    return read;
  }

  private void take(JsonNode line, Map<String, String> ids) {
    JsonNode passage = line.path("passage");
    float score = line.path("score").floatValue();
    if (!line.path("question").isTextual()
        || !passage.isTextual() && !passage.isIntegralNumber()
        || !line.path("score").isNumber()
        || !Float.isFinite(score)) {
      throw new IllegalArgumentException("this one is not");
    }
    KnownScores known =
        scores.computeIfAbsent(line.path("question").asText().strip(), text -> new KnownScores());
    repeated += known.put(ids.computeIfAbsent(passage.asText(), id -> id), score) ? 0 : 1;
  }

  /** Pairs that have a score. */
  long size() {
    return scores.values().stream().mapToLong(KnownScores::size).sum();
  }

  /** Lines that scored a pair again: the last one counts. */
  int repeated() {
    return repeated;
  }

  /**
   * What no run asks for.
   *
   * @param questions that are not known
   * @param scoresOfQuestions their scores
   * @param passages scores of passages that are not known
   */
  record Unknown(int questions, long scoresOfQuestions, long passages) {}

  /** Counts what is not known. */
  Unknown unknown(Predicate<String> isQuestion, Predicate<String> isPassage) {
    int questions = 0;
    long ofQuestions = 0;
    long passages = 0;
    for (Map.Entry<String, KnownScores> each : scores.entrySet()) {
      if (!isQuestion.test(each.getKey())) {
        questions++;
        ofQuestions += each.getValue().size();
      }
      passages += each.getValue().ids().filter(isPassage.negate()).count();
    }
    return new Unknown(questions, ofQuestions, passages);
  }

  @Override
  public float[] scores(String question, List<Passage> candidates) {
    KnownScores known = scores.getOrDefault(question.strip(), NONE);
    float[] found = new float[candidates.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = known.of(candidates.get(i).id());
    }
    return found;
  }
}
