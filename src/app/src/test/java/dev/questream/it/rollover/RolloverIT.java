package dev.questream.it.rollover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.model.Encoders;
import dev.questream.testing.BagOfWords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model is rolled over the questions, while more of them come in. */
@Timeout(300)
class RolloverIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int QUESTIONS = 300;
  private static final int LIVE = 60;
  private static final int DELETED = 10;
  private static final int POISONED = 3;
  private static final long LOST_OF_PARTITION = 8;

  @TempDir Path folder;
  private static EmbeddedBroker broker;
  private QuestreamConfig oldConfig;
  private QuestreamConfig newConfig;
  private final List<String> files = new ArrayList<>();

  /** What a command ended with. */
  private record Result(int status, String out, String err) {
    JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (IOException e) {
        throw new AssertionError(out + err, e);
      }
    }
  }

  @BeforeAll
  static void start() {
    broker = KafkaFixture.broker();
  }

  private Result questream(String... arguments) {
    List<String> line = new ArrayList<>(List.of(arguments));
    line.addAll(files);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.execute(
            new Console(
                new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false),
            line.toArray(String[]::new));
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  private Result status(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("rollover", "status", "--json", "--interval", "0.1", "--max-lag", "0"));
    arguments.addAll(List.of(more));
    return questream(arguments.toArray(String[]::new));
  }

  private KafkaFixture setUp() throws IOException {
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    Map<String, String> settings = new HashMap<>(kafka.settings(Map.of("encoder.retries", "0")));
    oldConfig = new QuestreamConfig(settings);
    file("--old-config", settings);
    String name = settings.get("application.id");
    settings.put("application.id", name + "-v2");
    settings.put("embeddings.topic", name + "-embeddings-v2");
    settings.put("dlq.topic", name + "-dlq-v2");
    newConfig = new QuestreamConfig(settings);
    file("--new-config", settings);
    assertThat(Main.execute(Console.system(), "topics", "create", "--config", files.get(3)))
        .isZero();
    return kafka;
  }

  private void file(String option, Map<String, String> settings) throws IOException {
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key + "=" + value + "\n"));
    Path file = folder.resolve(option + ".properties");
    files.addAll(List.of(option, Files.writeString(file, text).toString()));
  }

  private static QuestreamApplication start(QuestreamConfig config, BagOfWords model) {
    QuestreamApplication application =
        QuestreamApplication.start(config, observer -> Encoders.batching(config, model, observer));
    application.awaitRunning(LIMIT);
    return application;
  }

  private static Map<String, String> questions(int from, int to) {
    Map<String, String> questions = new LinkedHashMap<>();
    for (int i = from; i < to; i++) {
      boolean poisoned = i >= QUESTIONS - POISONED && i < QUESTIONS;
      questions.put(
          "q" + i,
          "topic%d topic%d topic%d %s item%d"
              .formatted(i % 30, i % 30, i % 30, poisoned ? BagOfWords.POISON : "to", i));
    }
    return questions;
  }

  private void delete(int from, int to) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            oldConfig.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = from; i < to; i++) {
        String topic = oldConfig.getString(QuestreamConfig.QUESTIONS_TOPIC);
        producer.send(new ProducerRecord<>(topic, ("q" + i).getBytes(UTF_8), null)).get();
      }
    }
  }

  /** As retention would: the first questions of a partition are gone. */
  private void expire() throws Exception {
    TopicPartition partition =
        new TopicPartition(oldConfig.getString(QuestreamConfig.QUESTIONS_TOPIC), 0);
    try (Admin admin = Admin.create(oldConfig.adminSettings())) {
      admin
          .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(LOST_OF_PARTITION)))
          .all()
          .get();
    }
  }

  /** Ids that are not deleted and whose questions have expired. */
  private int lost(KafkaFixture kafka) {
    Map<String, QuestionEmbedding> live = new HashMap<>();
    KafkaFixture.embeddings(kafka.read(oldConfig, QUESTIONS + DELETED, LIMIT))
        .forEach(embedding -> live.put(embedding.getId(), embedding));
    for (int i = 0; i < DELETED; i++) {
      live.remove("q" + i);
    }
    return (int)
        live.values().stream()
            .filter(e -> e.getSourcePartition() == 0 && e.getSourceOffset() < LOST_OF_PARTITION)
            .count();
  }

  @Test
  void shouldSayWhenItIsTimeToCutOver() throws Exception {
    KafkaFixture kafka = setUp();
    CountDownLatch open = new CountDownLatch(0);
    CountDownLatch gate = new CountDownLatch(1);
    try (QuestreamApplication before = start(oldConfig, new BagOfWords("old", 16, false, open))) {
      kafka.ask(oldConfig, questions(0, QUESTIONS));
      delete(0, DELETED);
      int lost = lost(kafka);
      assertThat(lost).as("the test needs some").isPositive();
      expire();
      before.requireAlive();

      Result absent = status();
      assertThat(absent.status()).isEqualTo(7);
      assertThat(absent.json().path("blockers").toString()).contains("is not running");
      assertThat(absent.json().at("/ids/only_old/retention").asInt()).isEqualTo(lost);
      assertThat(absent.json().at("/new/lag").asLong()).isPositive();
      assertThat(absent.json().at("/old/lag").asLong()).isZero();

      try (QuestreamApplication after = start(newConfig, new BagOfWords("new", 24, true, gate))) {
        kafka.ask(oldConfig, questions(QUESTIONS, QUESTIONS + LIVE)); // during the backfill
        await().atMost(LIMIT).until(() -> status().json().at("/new/lag").asLong() == 0);
        Result pending = status();
        assertThat(pending.status()).isEqualTo(7);
        assertThat(pending.json().at("/ids/only_old/unanswered").asInt())
            .as("offsets say that all is read, and nothing is answered")
            .isEqualTo(QUESTIONS - DELETED - lost + LIVE);

        gate.countDown();
        int all = QUESTIONS + LIVE - DELETED;
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () ->
                    assertThat(status().json().at("/ids/both").asInt())
                        .isEqualTo(all - lost - POISONED));
        after.requireAlive();
        assertCounted(status(), all, lost);
        assertThat(status("--accept", "dead-lettered,retention").status()).isZero();

        Result few = status("--sample", "50", "--accept", "dead-lettered", "--accept", "retention");
        assertThat(few.json().at("/ids/compared").asInt()).isBetween(20, 50);
        assertThat(few.json().at("/old/ids").asInt()).isBetween(all / 2, all * 2);

        refill(lost, all);
        delete(DELETED, DELETED + 1);
        await()
            .atMost(LIMIT)
            .untilAsserted(() -> assertThat(status("--accept", "dead-lettered").status()).isZero());
        assertThat(status().json().at("/ids/both").asInt()).isEqualTo(all - POISONED - 1);
        assertThat(text()).contains("ready to cut over").contains("none: the dimensions differ");
      }
    }
  }

  private String text() {
    return questream("rollover", "status", "--interval", "0.1", "--accept", "dead-lettered").out();
  }

  private static void assertCounted(Result result, int all, int lost) {
    JsonNode json = result.json();
    assertThat(result.status()).isEqualTo(7);
    assertThat(json.at("/ids/share").asDouble()).isEqualTo(1);
    assertThat(json.at("/old/ids").asInt()).isEqualTo(all);
    assertThat(json.at("/new/ids").asInt()).isEqualTo(all - lost - POISONED);
    assertThat(json.at("/ids/only_old/retention").asInt()).isEqualTo(lost);
    assertThat(json.at("/ids/only_old/dead_lettered").asInt()).isEqualTo(POISONED);
    assertThat(json.at("/ids/only_old/unanswered").asInt()).isZero();
    assertThat(json.at("/ids/only_new").toString()).doesNotContainPattern(":[1-9]");
    assertThat(json.at("/blockers").size()).isEqualTo(2);
    assertThat(json.at("/old/models/0/weights_sha256").asText()).isEqualTo("old-weights");
    assertThat(json.at("/new/models/0/dimensions").asInt()).isEqualTo(24);
    assertThat(json.at("/new/percent").asDouble()).isEqualTo(100);
    assertThat(json.at("/new/members").asInt()).isEqualTo(1);
    assertThat(json.at("/drift/pairs").asInt()).isEqualTo(all - lost - POISONED);
    assertThat(json.at("/drift/cosine").isNull()).isTrue();
    assertThat(json.at("/drift/neighbour_overlap/mean").asDouble())
        .as("ten of the eleven texts on the same topic are near by either model")
        .isBetween(0.6, 0.999);
  }

  private void refill(int lost, int all) {
    assertThat(questream("rollover", "refill", "--dry-run").out())
        .isEqualTo("%,d questions would be asked again%n".formatted(lost));
    assertThat(questream("rollover", "refill").out())
        .isEqualTo("%,d questions asked again%n".formatted(lost));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(status().json().at("/ids/both").asInt()).isEqualTo(all - POISONED));
    assertThat(questream("rollover", "refill").out()).startsWith("0 questions");
  }

  @Test
  void shouldRefuseWhatIsNoRollover() throws Exception {
    setUp();
    files.subList(2, 4).clear();
    files.set(0, "--config"); // for both
    assertThat(status()).extracting(Result::status).isEqualTo(2);
    assertThat(status("--new", oldConfig.getString("application.id")).err())
        .contains("second application.id");
    assertThat(status("--new", "v2").err()).contains("a topic of its own");
    assertThat(status("--new", "v2", "--new-topic", "e2", "--accept", "everything").err())
        .contains("--accept takes");
    assertThat(status("--new", "v2", "--new-topic", "not-there"))
        .satisfies(result -> assertThat(result.status()).isEqualTo(4))
        .satisfies(result -> assertThat(result.err()).contains("not-there"));
  }
}
