package dev.questream.it.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recall of a live topic, and an evaluation that is killed and continued, with the default model.
 */
@DisabledOnOs(OS.WINDOWS)
class EvaluateIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int QUESTIONS = 60;

  @TempDir Path folder;
  private static EmbeddedBroker broker;

  private Path passages;
  private Path questions;
  private final List<String> texts = new ArrayList<>();

  @BeforeAll
  static void start() {
    broker = KafkaFixture.broker();
  }

  /**
   * The demo's passages and questions in DPR's formats; the answer is the passage's first words.
   */
  @BeforeEach
  void prepare() throws IOException {
    StringBuilder tsv = new StringBuilder("id\ttext\ttitle\n");
    Map<String, String> answers = new LinkedHashMap<>();
    for (JsonNode passage : demo("passages")) {
      String text = passage.path("text").asText();
      answers.put(
          passage.path("id").asText(), String.join(" ", List.of(text.split(" ")).subList(0, 5)));
      tsv.append(passage.path("id").asText()).append("\t\"").append(text.replace("\"", "\"\""));
      tsv.append("\"\t").append(passage.path("title").asText()).append('\n');
    }
    StringBuilder csv = new StringBuilder();
    for (JsonNode question : demo("questions").subList(0, QUESTIONS)) {
      texts.add(question.path("text").asText());
      String answer = answers.get(question.path("passage").asText()).replace("'", "\\'");
      csv.append('"').append(texts.get(texts.size() - 1).replace("\"", "\"\"")).append("\"\t\"['");
      csv.append(answer.replace("\"", "\"\"")).append("']\"\n");
    }
    passages = Files.writeString(folder.resolve("psgs.tsv"), tsv);
    questions = Files.writeString(folder.resolve("qa.csv"), csv);
  }

  private static List<JsonNode> demo(String name) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    for (String line :
        Files.readAllLines(Repository.path("src/lab/src/main/resources/demo/" + name + ".jsonl"))) {
      all.add(JSON.readTree(line));
    }
    return all;
  }

  private Launched evaluate(String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", "--questions", questions.toString()));
    arguments.addAll(List.of("--passages", passages.toString()));
    arguments.addAll(List.of(more));
    return Launched.questream(folder, Map.of(), arguments.toArray(String[]::new));
  }

  private Path configFile(KafkaFixture kafka) throws IOException {
    StringBuilder text = new StringBuilder();
    kafka.settings(Map.of()).forEach((k, v) -> text.append(k).append('=').append(v).append('\n'));
    return Files.writeString(folder.resolve("questream.properties"), text);
  }

  @Test
  void shouldMeasureWhatTheStreamProduced() throws Exception {
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    String config = configFile(kafka).toString();
    embed(kafka, kafka.config(Map.of()), texts.subList(0, QUESTIONS - 2));
    embed(kafka, kafka.config(Map.of()), Map.of(Integer.toString(QUESTIONS), "by chance"));

    Launched partly = evaluate("--from-topic", "--config", config).await();
    assertThat(partly.status()).as(partly.err()).isEqualTo(6);
    assertThat(partly.err())
        .contains("2 of 60 questions are not on")
        .contains("60: " + texts.get(QUESTIONS - 1));

    embed(kafka, kafka.config(Map.of()), texts.subList(QUESTIONS - 2, QUESTIONS));
    Path report = folder.resolve("report.json");
    Launched whole =
        evaluate("--from-topic", "--config", config, "--report", report.toString()).await();
    assertThat(whole.status()).as(whole.err()).isZero();
    Launched direct = evaluate().await();
    assertThat(direct.status()).as(direct.err()).isZero();
    assertThat(whole.out()).as("topic and files give one table").isEqualTo(direct.out());
    JsonNode model = JSON.readTree(report.toFile()).at("/models/0");
    assertThat(model.path("question_source").asText()).startsWith("topic ");
    assertThat(model.at("/recall/5").asDouble()).isGreaterThan(0.8);

    Map<String, String> other = Map.of("encoder.prefix", "another prefix: ");
    embed(kafka, kafka.config(other), texts.subList(0, 1));
    Launched mixed = evaluate("--from-topic", "--config", config).await();
    assertThat(mixed.status()).isEqualTo(1);
    assertThat(mixed.err())
        .contains("by 2 models")
        .contains("59 by bge-small-en-v1.5")
        .contains("1 by bge-small-en-v1.5")
        .contains("another prefix: ");
  }

  /** Bits of some dimensions: through the stream the same as encoded here. */
  @Test
  void shouldMeasureTheShapeThatTheTopicHas() throws Exception {
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    String config = configFile(kafka).toString();
    Map<String, String> shape =
        Map.of(
            "output.vector", "ubinary",
            "output.dimensions", "192",
            "encoder.deterministic", "true");
    embed(kafka, kafka.config(shape), texts);
    String[] alone = {"--set", "encoder.deterministic=true"};
    Launched topic = evaluate(with(alone, "--from-topic", "--config", config)).await();
    assertThat(topic.status()).as(topic.err()).isZero();
    Launched direct = evaluate(with(alone, "--dimensions", "192", "--vector", "ubinary")).await();
    assertThat(direct.status()).as(direct.err()).isZero();
    assertThat(row(topic.out(), "ubinary)"))
        .isEqualTo(row(direct.out(), "192 dimensions, ubinary (24 B)"))
        .isNotEmpty();
  }

  /** The figures behind a label. */
  private static String row(String table, String label) {
    return table
        .lines()
        .filter(line -> line.contains(label))
        .map(line -> line.substring(line.indexOf(label) + label.length()).strip())
        .findFirst()
        .orElse("");
  }

  private static void embed(KafkaFixture kafka, QuestreamConfig config, List<String> asked) {
    Map<String, String> byId = new LinkedHashMap<>();
    asked.forEach(text -> byId.put("id-" + byId.size() + "-" + text.hashCode(), text));
    embed(kafka, config, byId);
  }

  /** Runs the application until these questions are answered. */
  private static void embed(
      KafkaFixture kafka, QuestreamConfig config, Map<String, String> textsById) {
    int before = KafkaFixture.embeddings(kafka.read(config, 1000, Duration.ofSeconds(2))).size();
    int after = before + textsById.size();
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
      kafka.ask(config, textsById);
      assertThat(KafkaFixture.embeddings(kafka.read(config, after, LIMIT))).hasSize(after);
    }
  }

  @Test
  void shouldContinueAfterAKillWithTheSameVectors() throws Exception {
    repeatPassages(3);
    String[] common = {"--shard-passages", "16", "--set", "encoder.deterministic=true"};
    Path straight = folder.resolve("straight");
    Launched whole = evaluate(with(common, "--passage-embeddings", straight.toString())).await();
    assertThat(whole.status()).as(whole.err()).isZero();

    Path killed = folder.resolve("killed");
    Launched first = evaluate(with(common, "--passage-embeddings", killed.toString()));
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> Files.exists(killed.resolve("shard-000002.float32")));
    first.process().destroyForcibly().waitFor();
    long kept = shards(killed).size();
    assertThat(kept).isBetween(3L, shards(straight).size() - 1L);

    Launched second = evaluate(with(common, "--passage-embeddings", killed.toString())).await();
    assertThat(second.status()).as(second.err()).isZero();
    assertThat(second.err()).contains("passages; continuing");
    assertThat(second.out()).isEqualTo(whole.out());
    assertThat(shards(killed)).hasSameSizeAs(shards(straight));
    for (Path shard : shards(straight)) {
      assertThat(killed.resolve(shard.getFileName())).hasSameBinaryContentAs(shard);
    }
  }

  private static String[] with(String[] common, String... more) {
    List<String> all = new ArrayList<>(List.of(common));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static List<Path> shards(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("shard-\\d+\\.float32"))
          .sorted()
          .toList();
    }
  }

  /** Enough passages that a kill comes in their midst. */
  private void repeatPassages(int times) throws IOException {
    List<String> lines = Files.readAllLines(passages);
    StringBuilder tsv = new StringBuilder(lines.get(0)).append('\n');
    for (int i = 0; i < times; i++) {
      for (String line : lines.subList(1, lines.size())) {
        tsv.append(i).append('-').append(line).append('\n');
      }
    }
    Files.writeString(passages, tsv);
  }

  @Test
  void shouldSayWhichTopicIsMissing() throws Exception {
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder);
    Launched missing = evaluate("--from-topic", "--config", configFile(kafka).toString()).await();
    assertThat(missing.status()).isEqualTo(4);
    assertThat(missing.err()).contains("missing").contains("-embeddings");
  }
}
