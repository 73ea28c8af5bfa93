package dev.questream.it.start;

import static dev.questream.app.CommandLineResult.questream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.CommandLineResult;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.it.KafkaFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ask} for programs: JSON, and many questions of standard input. */
@Timeout(180)
class AskIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static KafkaFixture kafka;
  private static QuestreamApplication application;

  @BeforeAll
  static void start() throws Exception {
    kafka = new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    application = QuestreamApplication.start(kafka.config(Map.of("encoder.truncation", "reject")));
    application.awaitRunning(Duration.ofSeconds(60));
  }

  @AfterAll
  static void stop() {
    application.close();
  }

  private static List<String> arguments(String... more) {
    List<String> arguments = new ArrayList<>(List.of("ask", "--timeout", "120"));
    kafka
        .settings(Map.of())
        .forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static CommandLineResult ask(String... more) {
    return questream(arguments(more).toArray(String[]::new));
  }

  @Test
  void shouldGiveOneAnswerAsJson() throws IOException {
    CommandLineResult result = ask("Who painted Guernica?", "--id", "q-1", "--json");
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out().lines()).hasSize(1);
    JsonNode json = JSON.readTree(result.out());
    assertThat(json.path("id").asText()).isEqualTo("q-1");
    assertThat(json.path("text").asText()).isEqualTo("Who painted Guernica?");
    assertThat(json.path("embedding").size()).isEqualTo(384);
  }

  @Test
  void shouldGiveARejectionAsJson() throws IOException {
    CommandLineResult result = ask("word ".repeat(2_000), "--id", "q-2", "--json");
    assertThat(result.status()).as(result.err()).isEqualTo(6);
    JsonNode json = JSON.readTree(result.out());
    assertThat(json.path("id").asText()).isEqualTo("q-2");
    assertThat(json.path("error").asText()).isEqualTo("text-too-long");
    assertThat(json.path("message").asText()).isNotBlank();
  }

  /**
   * The first answer must come while the input is still open: a person types one after the other.
   */
  @Test
  void shouldAnswerTheLinesOfStandardInputAsTheyCome() throws Exception {
    Process process = OwnProcess.questream(arguments("--json"));
    Set<String> asked = new HashSet<>(Set.of("Where do penguins breed?"));
    try (Writer in = process.outputWriter(UTF_8);
        BufferedReader out =
            new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      in.write("Where do penguins breed?\n\n");
      in.flush();
      assertThat(JSON.readTree(out.readLine()).path("text").asText())
          .isEqualTo("Where do penguins breed?");
      for (int i = 0; i < 40; i++) {
        asked.add("What is number " + i + "?");
        in.write("What is number " + i + "?\n");
      }
      in.write("word ".repeat(2_000));
      in.close();
      List<JsonNode> answers = new ArrayList<>();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        answers.add(JSON.readTree(line));
      }
      asked.remove("Where do penguins breed?");
      assertThat(answers).hasSize(41);
      assertThat(answers.stream().map(answer -> answer.path("text").asText())).containsAll(asked);
      assertThat(answers.stream().map(answer -> answer.path("error").asText()))
          .contains("text-too-long");
    }
    assertThat(process.waitFor()).isEqualTo(6);
  }

  @Test
  void shouldRefuseOneIdForManyQuestions() {
    ask("--id", "q").assertRefused("--id needs one QUESTION");
  }
}
