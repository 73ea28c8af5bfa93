package dev.questream.lab.distil;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.Passage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Scores from a file: a line of JSON for each, {@code {"question": TEXT, "passage": ID, "score":
 * NUMBER}}.
 */
final class ScoreFile implements Teacher {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, Map<String, Float>> scores;

  private ScoreFile(Map<String, Map<String, Float>> scores) {
    this.scores = scores;
  }

  /**
   * Reads a file.
   *
   * @throws DataException if it is missing, empty or damaged; the message has the line
   */
  static ScoreFile read(Path file) {
    Map<String, Map<String, Float>> scores = new HashMap<>();
    long number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          take(JSON.readTree(line), scores);
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
    if (scores.isEmpty()) {
      throw new DataException(file + " holds no scores");
    }
    return new ScoreFile(scores);
  }

  private static void take(JsonNode line, Map<String, Map<String, Float>> scores) {
    JsonNode passage = line.path("passage");
    float score = line.path("score").floatValue();
    if (!line.path("question").isTextual()
        || !passage.isValueNode()
        || !line.path("score").isNumber()
        || !Float.isFinite(score)) {
      throw new IllegalArgumentException("this one is not");
    }
    scores
        .computeIfAbsent(line.path("question").asText().strip(), text -> new HashMap<>())
        .put(passage.asText(), score);
  }

  @Override
  public float[] scores(String question, List<Passage> candidates) {
    Map<String, Float> known = scores.getOrDefault(question.strip(), Map.of());
    float[] found = new float[candidates.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = known.getOrDefault(candidates.get(i).id(), Float.NaN);
    }
    return found;
  }
}
