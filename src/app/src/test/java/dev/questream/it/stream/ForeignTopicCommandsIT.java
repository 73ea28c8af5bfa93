package dev.questream.it.stream;

import static dev.questream.app.CommandLineResult.questream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.CommandLineResult;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.TopicScan;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.model.Encoders;
import dev.questream.serde.registry.RegistryStandIn;
import dev.questream.testing.ConstantBackend;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command beside a running application whose questions are somebody else's records: Avro of a
 * registry, a key of eight bytes that the embeddings keep, an id that is a field.
 */
@Timeout(300)
class ForeignTopicCommandsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SCHEMA =
      """
      {"type": "record", "name": "Ticket", "fields": [
        {"name": "number", "type": "long"},
        {"name": "opened", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "OLD"]},
         "default": "NEW"},
        {"name": "customer", "type": {"type": "record", "name": "Customer", "fields": [
          {"name": "question", "type": ["null", "string"]}]}}]}
      """;

  @TempDir static Path folder;
  private static RegistryStandIn registry;
  private static KafkaFixture kafka;
  private static QuestreamConfig config;
  private static QuestreamApplication application;

  @BeforeAll
  static void start() throws Exception {
    registry = new RegistryStandIn();
    kafka = new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    config = kafka.config(foreign());
    registry.register(config.getString(QuestreamConfig.QUESTIONS_TOPIC) + "-value", SCHEMA);
    application = start(config);
  }

  private static Map<String, String> foreign() {
    return new HashMap<>(
        Map.of(
            "schema.registry.url", registry.url(),
            "input.text", "customer.question",
            "input.id", "number",
            "input.asked.at", "opened",
            "input.metadata", "state",
            "input.key", "long",
            "output.key", "input",
            "question.max.bytes", "2000",
            "http.port", "0",
            "http.ask.enabled", "true"));
  }

  private static QuestreamApplication start(QuestreamConfig config) {
    QuestreamApplication started =
        QuestreamApplication.start(
            config, observer -> Encoders.batching(config, new ConstantBackend(), observer));
    started.awaitRunning(LIMIT);
    return started;
  }

  @AfterAll
  static void stop() {
    application.close();
    registry.close();
  }

  private static CommandLineResult run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    kafka
        .settings(foreign())
        .forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
    return questream(all.toArray(String[]::new));
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static void produce(ProducerRecord<byte[], byte[]> record) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(record);
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (TopicScan scan = new TopicScan(config, config.getString(topic))) {
      scan.forEachRemaining(records::add);
    }
    return records;
  }

  private static List<ConsumerRecord<byte[], byte[]>> embeddings(long number) {
    return records(QuestreamConfig.EMBEDDINGS_TOPIC).stream()
        .filter(record -> ByteBuffer.wrap(key(number)).equals(ByteBuffer.wrap(record.key())))
        .toList();
  }

  private static void awaitEmbeddings(long number, int count) {
    await().atMost(LIMIT).until(() -> embeddings(number).size() == count);
  }

  @Test
  void shouldAskInTheFormOfTheTopic() throws Exception {
    CommandLineResult asked = run("ask", "Why does it smoke?", "--id", "101", "--json");
    assertThat(asked.status()).as(asked.err()).isZero();
    JsonNode answer = JSON.readTree(asked.out());
    assertThat(answer.path("id").asText()).isEqualTo("101");
    assertThat(answer.path("text").asText()).isEqualTo("Why does it smoke?");
    assertThat(answer.path("metadata").path("state").asText()).as("the default").isEqualTo("NEW");
    assertThat(embeddings(101)).hasSize(1);

    assertThat(run("ask", "Any id?").status()).as("a random number").isZero();
    CommandLineResult dead = run("ask", "long ".repeat(1_000), "--id", "102");
    assertThat(dead.status()).as(dead.err()).isEqualTo(6);
    assertThat(dead.out()).as("known by its header").contains("too-large");
    run("ask", "Who?", "--id", "none").assertRefused("\"number\" is of the type long");
  }

  @Test
  void shouldProduceAFileInTheFormOfTheTopic() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("tickets.jsonl"),
            """
            {"id": "201", "text": "Is it new?"}
            {"id": "202", "text": "Is it old?", "metadata": {"state": "OLD"}}
            {"id": "x", "text": "What number is x?"}
            {"id": "203", "text": "Is it lost?", "metadata": {"state": "LOST"}}
            """);
    CommandLineResult produced = run("produce", "--input", file.toString());
    assertThat(produced.status()).as(produced.err()).isEqualTo(6);
    assertThat(produced.err())
        .contains("line 3 was not taken", "\"number\" is of the type long", "line 4 was not taken")
        .contains("one of [NEW, OLD]", "2 questions sent");
    awaitEmbeddings(201, 1);
    awaitEmbeddings(202, 1);
  }

  @Test
  void shouldTailIdsOfEmbeddingsAndDeletions() {
    run("ask", "Is it gone?", "--id", "301");
    produce(
        new ProducerRecord<>(config.getString(QuestreamConfig.QUESTIONS_TOPIC), key(301), null));
    awaitEmbeddings(301, 2);
    int all = records(QuestreamConfig.EMBEDDINGS_TOPIC).size();
    CommandLineResult tail = run("tail", "--from-beginning", "--limit", Integer.toString(all));
    assertThat(tail.out().lines())
        .anyMatch(line -> line.contains("  301  ") && line.endsWith("Is it gone?"))
        .contains("deleted  301");
  }

  @Test
  void shouldShowAndReplayADeadLetterAsItWas() throws Exception {
    ByteBuffer value = ByteBuffer.allocate(64).put((byte) 0);
    value.putInt(registry.add(SCHEMA)).put((byte) 0xA2).put((byte) 0x06); // number 401
    value.put((byte) 2).put((byte) 2).put((byte) 2).put((byte) 2).put((byte) ' ');
    byte[] bytes = new byte[value.position()];
    value.flip().get(bytes);
    ProducerRecord<byte[], byte[]> blank =
        new ProducerRecord<>(config.getString(QuestreamConfig.QUESTIONS_TOPIC), 3, key(401), bytes);
    blank.headers().add("lang", "de".getBytes(UTF_8)).add("lang", null);
    produce(blank);
    await()
        .atMost(LIMIT)
        .until(() -> run("dlq", "list", "--reason", "empty-text").out().lines().count() == 1);
    String place = run("dlq", "list", "--reason", "empty-text").out().split(" ")[0];
    assertThat(run("dlq", "show", place).out())
        .contains("as avro     a question", "  id        401", "  metadata  state = OLD")
        .contains("header      lang = de", "header      lang = none");
    CommandLineResult replayed = run("dlq", "replay", "--reason", "empty-text");
    assertThat(replayed.status()).as(replayed.err()).isZero();
    List<ConsumerRecord<byte[], byte[]>> same =
        records(QuestreamConfig.QUESTIONS_TOPIC).stream()
            .filter(record -> ByteBuffer.wrap(key(401)).equals(ByteBuffer.wrap(record.key())))
            .toList();
    assertThat(same).hasSize(2);
    assertThat(same.get(1).value()).isEqualTo(bytes);
    assertThat(same.get(1).partition()).isEqualTo(3);
    assertThat(same.get(1).headers().headers("lang"))
        .containsExactlyElementsOf(blank.headers().headers("lang"));
  }

  @Test
  void shouldShowAndAskOnThePage() throws Exception {
    String page = "http://localhost:" + application.httpAddress().orElseThrow().getPort();
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest ask =
        HttpRequest.newBuilder(URI.create(page + "/api/ask"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"text\": \"On the page?\"}"))
            .build();
    JsonNode journey = JSON.readTree(http.send(ask, HttpResponse.BodyHandlers.ofString()).body());
    String id = journey.path("id").asText();
    assertThat(id).as(journey.toString()).matches("\\d+");
    assertThat(journey.path("embedding").path("dimensions").asInt()).isPositive();
    HttpRequest figures = HttpRequest.newBuilder(URI.create(page + "/api/figures")).build();
    JsonNode recent =
        JSON.readTree(http.send(figures, HttpResponse.BodyHandlers.ofString()).body());
    assertThat(recent.path("recent").path("embeddings").findValuesAsText("id")).contains(id);
  }

  @Test
  void shouldRollOverByMappedIds() throws Exception {
    for (String id : List.of("501", "502")) {
      assertThat(run("ask", "What is " + id + "?", "--id", id).status()).isZero();
    }
    produce(
        new ProducerRecord<>(config.getString(QuestreamConfig.QUESTIONS_TOPIC), key(502), null));
    awaitEmbeddings(502, 2);
    Map<String, String> settings = kafka.settings(foreign());
    Path old = file("old", settings);
    String name = settings.get("application.id");
    settings.put("application.id", name + "-v2");
    settings.put("embeddings.topic", name + "-embeddings-v2");
    settings.put("dlq.topic", name + "-dlq-v2");
    settings.put("http.ask.enabled", "false");
    Path after = file("new", settings);
    assertThat(questream("topics", "create", "--config", after.toString()).status()).isZero();
    loseQuestions();
    String[] sides = {"--old-config", old.toString(), "--new-config", after.toString()};
    CommandLineResult refilled = questream(with(sides, "rollover", "refill"));
    assertThat(refilled.status()).as(refilled.err()).isZero();
    assertThat(refilled.out()).contains("questions asked again");
    QuestreamConfig second = new QuestreamConfig(settings);
    try (QuestreamApplication rolled = start(second)) {
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                rolled.requireAlive();
                CommandLineResult status =
                    questream(
                        with(
                            sides,
                            "rollover",
                            "status",
                            "--json",
                            "--interval",
                            "0.1",
                            "--max-lag",
                            "0",
                            "--accept",
                            "dead-lettered"));
                JsonNode json = JSON.readTree(status.out());
                assertThat(json.path("ready").asBoolean()).as(status.out()).isTrue();
              });
    }
    List<Answer> answers =
        kafka.read(second, Integer.MAX_VALUE, Duration.ofSeconds(3)).stream()
            .filter(Answer.Embedded.class::isInstance)
            .toList();
    assertThat(answers).extracting(Answer::id).contains("501").doesNotContain("502");
    assertThat(answers)
        .filteredOn(answer -> answer.id().equals("501"))
        .allSatisfy(answer -> assertThat(answer.source().key()).isEqualTo(key(501)));
  }

  private static void loseQuestions() throws Exception {
    Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
    try (TopicScan scan = new TopicScan(config, config.getString(QuestreamConfig.QUESTIONS_TOPIC));
        Admin admin = Admin.create(config.adminSettings())) {
      scan.ends()
          .forEach(
              (partition, end) ->
                  all.put(
                      new TopicPartition(
                          config.getString(QuestreamConfig.QUESTIONS_TOPIC), partition),
                      RecordsToDelete.beforeOffset(end)));
      admin.deleteRecords(all).all().get();
    }
  }

  private static String[] with(String[] sides, String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(sides));
    return all.toArray(String[]::new);
  }

  private static Path file(String name, Map<String, String> settings) throws Exception {
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key + "=" + value + "\n"));
    return Files.writeString(folder.resolve(name + ".properties"), text);
  }
}
