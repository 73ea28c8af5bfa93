package dev.questream.it.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.engine.TinyModelFolder;
import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import dev.questream.model.Encoders;
import dev.questream.serde.FloatVector;
import dev.questream.testing.Repository;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The passage side as a stream: its vectors are those that evaluate makes itself. */
@DisabledOnOs(OS.WINDOWS)
class PassagesIT {
  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int QUESTIONS = 30;
  private static final int PASSAGES = 90;
  private static final Map<String, String> EXACT =
      Map.of("encoder.precision", "fp32", "encoder.deterministic", "true");

  @TempDir Path folder;
  private final List<Launched> running = new ArrayList<>();

  private KafkaFixture kafka() {
    return new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
  }

  private Launched questream(Path config, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", config.toString()));
    return Launched.questream(folder, Map.of(), all.toArray(String[]::new));
  }

  private Path file(String name, Map<String, String> settings) throws IOException {
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return Files.writeString(folder.resolve(name + ".properties"), text);
  }

  private void run(Path config, String state) throws IOException {
    running.add(questream(config, "run", "--set", "state.dir=" + folder.resolve(state).toString()));
  }

  private static List<JsonNode> demo(String name) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    Path file = Repository.path("src/lab/src/main/resources/demo/" + name + ".jsonl");
    for (String line : Files.readAllLines(file)) {
      all.add(JSON.readTree(line));
    }
    return all;
  }

  /** DPR's files of the demo's texts; the answer is the first words of the question's passage. */
  private void writeTask() throws IOException {
    StringBuilder tsv = new StringBuilder("id\ttext\ttitle\n");
    Map<String, String> answers = new LinkedHashMap<>();
    for (JsonNode passage : demo("passages").subList(0, PASSAGES)) {
      String id = passage.path("id").asText();
      String text = passage.path("text").asText();
      answers.put(id, String.join(" ", List.of(text.split(" ")).subList(0, 5)));
      tsv.append(id).append("\t\"").append(text.replace("\"", "\"\"")).append("\"\t");
      tsv.append(passage.path("title").asText()).append('\n');
    }
    StringBuilder csv = new StringBuilder();
    StringBuilder asked = new StringBuilder();
    for (JsonNode question : demo("questions").subList(0, QUESTIONS)) {
      String text = question.path("text").asText();
      String answer =
          answers.getOrDefault(question.path("passage").asText(), "none").replace("'", "\\'");
      csv.append('"').append(text.replace("\"", "\"\"")).append("\"\t\"['");
      csv.append(answer.replace("\"", "\"\"")).append("']\"\n");
      asked.append(text).append('\n');
    }
    Files.writeString(folder.resolve("psgs.tsv"), tsv);
    Files.writeString(folder.resolve("qa.csv"), csv);
    Files.writeString(folder.resolve("questions.txt"), asked);
  }

  private Launched evaluate(Path config, String kept, String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("evaluate", "--questions"));
    all.addAll(List.of(folder.resolve("qa.csv").toString(), "--passages"));
    all.addAll(List.of(folder.resolve("psgs.tsv").toString(), "--passage-embeddings"));
    all.add(folder.resolve(kept).toString());
    all.addAll(List.of(more));
    return questream(config, all.toArray(String[]::new)).await();
  }

  /** Two processes for the passages, one for the questions, six partitions each, one broker. */
  @Test
  void shouldMeasureWhatBothSidesMadeOfTheirTopics() throws Exception {
    writeTask();
    KafkaFixture ofQuestions = kafka();
    KafkaFixture ofPassages = kafka();
    Path questions = file("questions", ofQuestions.settings(EXACT));
    Map<String, String> settings = ofPassages.settings(EXACT);
    settings.putAll(
        Map.of("encoder.role", "passage", "input.format", "json", "input.title", "title"));
    Path passages = file("passages", settings);
    try {
      run(passages, "passages-1");
      run(passages, "passages-2");
      run(questions, "questions");
      for (Launched produced :
          List.of(
              questream(
                  passages,
                  "produce",
                  "--input",
                  folder.resolve("psgs.tsv").toString(),
                  "--input-format",
                  "dpr"),
              questream(
                  questions, "produce", "--input", folder.resolve("questions.txt").toString()))) {
        assertThat(produced.await().status()).as(produced.err()).isZero();
      }
      List<QuestionEmbedding> made =
          KafkaFixture.embeddings(ofPassages.read(ofPassages.config(Map.of()), PASSAGES, LIMIT));
      assertThat(made).as(said()).hasSize(PASSAGES);
      assertThat(made).allMatch(one -> one.getPassageTemplate().equals("{title} {text}"));
      assertThat(ofQuestions.read(ofQuestions.config(Map.of()), QUESTIONS, LIMIT))
          .as(said())
          .hasSize(QUESTIONS);
      assertThat(running).as(said()).allMatch(one -> one.process().isAlive());
    } finally {
      for (Launched one : running) {
        one.process().destroy();
        one.process().waitFor();
      }
    }
    Launched direct = evaluate(questions, "direct");
    assertThat(direct.status()).as(direct.err()).isZero();
    String topic = settings.get("embeddings.topic");
    Launched streamed = evaluate(questions, "topic", "--passages-from-topic", topic);
    assertThat(streamed.status()).as(streamed.err()).isZero();
    assertThat(streamed.out()).isEqualTo(direct.out());
    assertThat(folder.resolve("topic/shard-000000.float32"))
        .as("bit by bit")
        .hasSameBinaryContentAs(folder.resolve("direct/shard-000000.float32"));

    Launched both = evaluate(questions, "topic", "--from-topic", "--passages-from-topic", topic);
    assertThat(both.status()).as(both.err()).isZero();
    assertThat(both.out()).isEqualTo(direct.out());
    assertThat(both.err()).contains("has nothing new");

    Launched swapped = evaluate(questions, "other", "--passages-from-topic");
    assertThat(swapped.status()).isEqualTo(1);
    assertThat(swapped.err()).contains("none of the passages");
  }

  private String said() {
    return String.join("\n--\n", running.stream().map(one -> one.out() + one.err()).toList());
  }

  private Path model(String name, TinyCheckpoint.Layout layout, int seed) throws IOException {
    return TinyModelFolder.dpr(
        Files.createDirectory(folder.resolve(name)), TinyCheckpoint.random(layout, seed));
  }

  private static String words(int from, int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(TinyModelFolder.word((from + i) % 140));
    }
    return String.join(" ", words);
  }

  /** DPR's passage side, of JSON with titles; one passage is longer than the model takes. */
  @Test
  void shouldEncodeThePairOfDprAsEvaluateDoes() throws Exception {
    KafkaFixture kafka = kafka();
    Path model = model("dpr-ctx_encoder", TinyCheckpoint.Layout.PASSAGE, 3);
    Map<String, String> settings = kafka.settings(EXACT);
    settings.putAll(Map.of("encoder.role", "passage", "model", model.toString()));
    settings.putAll(Map.of("input.format", "json", "input.title", "title", "http.port", "0"));
    QuestreamConfig config = new QuestreamConfig(settings);
    Map<String, EncoderInput> passages = new LinkedHashMap<>();
    passages.put("1", EncoderInput.passage(words(3, 2), words(9, 12)));
    passages.put("2", EncoderInput.passage("", words(20, 7)));
    passages.put("3", EncoderInput.passage(words(50, 3), words(0, 200)));
    try (QuestreamApplication application = QuestreamApplication.start(config);
        BatchingEncoder encoder = Encoders.open(config, EncoderRole.PASSAGE)) {
      send(config, passages);
      List<QuestionEmbedding> made =
          KafkaFixture.embeddings(kafka.read(config, passages.size(), LIMIT));
      assertThat(made).hasSize(passages.size());
      for (QuestionEmbedding each : made) {
        EncoderInput passage = passages.get(each.getId());
        assertThat(FloatVector.toArray(each.getEmbedding()))
            .containsExactly(encoder.submit("", List.of(passage)).get(0).join().vector());
        assertThat(each.getPassageTemplate()).isEqualTo("pair");
        assertThat(each.getTruncated()).isEqualTo(each.getId().equals("3"));
      }
      assertThat(info(application).path("role").asText()).isEqualTo("passage");
      assertThat(info(application).path("passage_template").asText()).isEqualTo("pair");
    }
    assertRefused(config, "question_encoder", TinyCheckpoint.Layout.QUESTION, "ctx_encoder");
  }

  private void assertRefused(
      QuestreamConfig config, String name, TinyCheckpoint.Layout layout, String companion)
      throws IOException {
    Path other = model("nq-" + name, layout, 5);
    assertThatThrownBy(() -> QuestreamApplication.start(config.with("model", other.toString())))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("is a question encoder by its weights, and a passage encoder")
        .hasMessageContaining("take nq-" + companion);
  }

  private static void send(QuestreamConfig config, Map<String, EncoderInput> passages) {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            config.producerSettings(), new StringSerializer(), new StringSerializer())) {
      passages.forEach(
          (id, passage) ->
              producer.send(
                  new ProducerRecord<>(
                      config.getString(QuestreamConfig.QUESTIONS_TOPIC),
                      id,
                      JSON.createObjectNode()
                          .put("id", id)
                          .put("title", passage.title())
                          .put("text", passage.text())
                          .toString())));
    }
  }

  private static JsonNode info(QuestreamApplication application) throws Exception {
    int port = application.httpAddress().orElseThrow().getPort();
    URI address = URI.create("http://localhost:%d/info".formatted(port));
    return JSON.readTree(
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
            .body());
  }
}
