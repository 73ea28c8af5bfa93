package dev.questream.lab.retrieval;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.questream.app.io.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A line of JSON that scores a passage: {@code {"question": TEXT, "passage": ID, "score": NUMBER}}.
 *
 * @param question without space around it
 * @param score finite, as float32 too
 */
public record ScoreLine(String question, String passage, double score) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  /**
   * Reads the lines of a file, plain or gzipped; blank ones are left out.
   *
   * @throws DataException if it is missing or damaged; the message has the line
   */
  public static void readAll(Path path, Consumer<ScoreLine> each) {
    try (TextFile file = TextFile.open(path)) {
      readAll(path, new BufferedReader(file.reader()), each);
    } catch (IOException e) {
      throw TextFile.failure(path, e);
    }
  }

  static void readAll(Path path, BufferedReader lines, Consumer<ScoreLine> each)
      throws IOException {
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank()) {
        each.accept(read(path, number, line));
      }
    }
  }

  private static ScoreLine read(Path path, long number, String line) {
    try {
      JsonNode json = JSON.readTree(line);
      String wrong = wrong(json);
      if (wrong != null) {
        throw damaged(path, number, wrong, null);
      }
      return new ScoreLine(
          json.path("question").asText().strip(),
          json.path("passage").asText(),
          json.path("score").doubleValue());
    } catch (JsonProcessingException e) {
      throw damaged(path, number, "this one is not one JSON object", e);
    }
  }

  /** What is wrong with it, or null. */
  private static String wrong(JsonNode json) {
    JsonNode passage = json.path("passage");
    JsonNode score = json.path("score");
    if (!json.isObject()) {
      return "this one is no object";
    }
    if (!json.path("question").isTextual()) {
      return "\"question\" is no text";
    }
    if (!passage.isTextual() && !passage.isIntegralNumber()) {
      return "\"passage\" is no text and no whole number";
    }
    if (!score.isNumber()) {
      return "\"score\" is no number";
    }
    return Float.isFinite((float) score.doubleValue()) ? null : "\"score\" is out of range";
  }

  private static DataException damaged(Path path, long number, String wrong, Exception cause) {
    return new DataException(
        "%s, line %,d: a line is {\"question\": text, \"passage\": id, \"score\": number}; %s"
            .formatted(path, number, wrong),
        cause);
  }
}
