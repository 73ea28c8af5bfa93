package dev.questream.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.InputFormat;
import dev.questream.app.io.InputItem;
import dev.questream.app.io.InputReader;
import dev.questream.encoder.EncoderRole;
import dev.questream.lab.retrieval.Passage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The questions and passages of the demo.
 *
 * @param questions in the order in which they are asked
 * @param passages searched for each question
 */
record DemoData(List<Question> questions, List<Passage> passages) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String QUESTIONS = "/demo/questions.jsonl";
  private static final String PASSAGES = "/demo/passages.jsonl";

  /**
   * A question of the demo.
   *
   * @param id its key
   * @param text the question
   * @param language ISO 639-1 code, empty if not known
   * @param answer id of the passage that answers it, empty if not known
   */
  record Question(String id, String text, String language, String answer) {}

  /**
   * Reads the data.
   *
   * @param file the user's questions, or null for the bundled ones
   * @param limit questions at most
   */
  static DemoData load(Path file, long limit) {
    if (limit < 1) {
      throw new FatalException(ExitCode.USAGE, "--limit must be at least 1, it is " + limit);
    }
    try {
      List<Question> questions = file == null ? bundledQuestions() : questions(file, limit);
      List<Question> limited = questions.stream().limit(limit).toList();
      if (limited.isEmpty()) {
        throw new FatalException(ExitCode.USAGE, "there are no questions to ask");
      }
      return new DemoData(limited, bundledPassages());
    } catch (NoSuchFileException e) {
      throw new FatalException(ExitCode.ENVIRONMENT, "there is no file " + file, e);
    } catch (IOException e) {
      throw new FatalException(ExitCode.ENVIRONMENT, "%s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static List<Question> bundledQuestions() throws IOException {
    return lines(
        QUESTIONS,
        json ->
            new Question(
                json.path("id").asText(),
                json.path("text").asText(),
                json.path("language").asText(),
                json.path("passage").asText()));
  }

  private static List<Passage> bundledPassages() throws IOException {
    return lines(
        PASSAGES,
        json ->
            new Passage(
                json.path("id").asText(), json.path("title").asText(), json.path("text").asText()));
  }

  private static <T> List<T> lines(String resource, Function<JsonNode, T> reader)
      throws IOException {
    List<T> all = new ArrayList<>();
    try (InputStream in = DemoData.class.getResourceAsStream(resource);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        all.add(reader.apply(JSON.readTree(line)));
      }
    }
    return all;
  }

  private static List<Question> questions(Path file, long limit) throws IOException {
    List<Question> all = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    try (InputReader reader =
        new InputReader(Files.newInputStream(file), InputFormat.of(file), EncoderRole.QUESTION)) {
      for (InputItem item = reader.next();
          item != null && all.size() < limit;
          item = reader.next()) {
        if (item instanceof InputItem.Unreadable unreadable) {
          throw new IOException(unreadable.message());
        }
        InputItem.Text text = (InputItem.Text) item;
        String id = ids.add(text.id()) ? text.id() : text.id() + "#" + (all.size() + 1);
        all.add(new Question(id, text.input().text(), "", ""));
      }
    }
    return all;
  }
}
