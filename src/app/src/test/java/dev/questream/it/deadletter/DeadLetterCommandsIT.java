package dev.questream.it.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.it.deadletter.DeadLetterFixture.Result;
import dev.questream.serde.DeadLetterHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code questream dlq} with the application, its real model, and a real broker. */
class DeadLetterCommandsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] NOT_UTF8 = {(byte) 0xff, (byte) 0xfe, 7};

  @TempDir Path folder;
  private static EmbeddedBroker broker;
  private KafkaFixture kafka;
  private DeadLetterFixture letters;

  @BeforeAll
  static void start() {
    broker = KafkaFixture.broker();
  }

  @BeforeEach
  void createTopics() throws Exception {
    kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    letters = new DeadLetterFixture(kafka, folder, Map.of());
  }

  private QuestreamConfig config(String truncation) {
    return kafka.config(
        Map.of(
            "input.format", "text", "encoder.precision", "fp32", "encoder.truncation", truncation));
  }

  private ProducerRecord<byte[], byte[]> question(String key, byte[] value) {
    ProducerRecord<byte[], byte[]> question =
        new ProducerRecord<>(
            letters.questions(), null, System.currentTimeMillis(), key.getBytes(UTF_8), value);
    question.headers().add("trace", ("of " + key).getBytes(UTF_8));
    return question;
  }

  /** Runs the application until so many answers are there, and gives all that there are. */
  private List<Answer> answers(QuestreamConfig config, int count) {
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
      return kafka.read(config, count, LIMIT);
    }
  }

  /** Five dead letters of three reasons, and one question that is answered. */
  private void makeDeadLetters() {
    String tooLong = "word ".repeat(1000);
    letters.produce(
        List.of(
            question("long-1", tooLong.getBytes(UTF_8)),
            question("bad-1", NOT_UTF8),
            question("long-2", (tooLong + "again").getBytes(UTF_8)),
            question("good", "Who painted Guernica?".getBytes(UTF_8)),
            question("blank", " ".getBytes(UTF_8)),
            question("bad-2", NOT_UTF8)));
    List<Answer> answers = answers(config("reject"), 6);
    assertThat(answers).hasSize(6);
    assertThat(answers).filteredOn(Answer.DeadLetter.class::isInstance).hasSize(5);
  }

  @Test
  void shouldReplayAfterTheFixWithOneEmbeddingForEach() {
    makeDeadLetters();

    Result dryRun = letters.dlq("replay", "--reason", "text-too-long", "--dry-run");
    assertThat(dryRun.status()).as(dryRun.err()).isZero();
    assertThat(dryRun.out().lines()).hasSize(2);
    assertThat(dryRun.out()).contains("long-1").contains("long-2").doesNotContain("bad");
    assertThat(dryRun.err()).contains("dry run: would replay 2");
    assertThat(letters.read(letters.questions())).as("a dry run sends nothing").hasSize(6);

    Result replay = letters.dlq("replay", "--reason", "text-too-long");
    assertThat(replay.status()).as(replay.err()).isZero();
    assertThat(replay.err()).contains("replayed 2 dead letters").contains("2 text-too-long");

    Result second = letters.dlq("replay", "--reason", "text-too-long");
    assertThat(second.status()).isZero();
    assertThat(second.err()).contains("nothing to replay").contains("2 left: replayed before");

    List<Answer> answers = answers(config("truncate-tail"), 8);
    assertThat(answers).hasSize(8);
    assertThat(KafkaFixture.embeddings(answers))
        .extracting(QuestionEmbedding::getId)
        .containsExactlyInAnyOrder("good", "long-1", "long-2");
    assertThat(KafkaFixture.embeddings(answers))
        .filteredOn(embedding -> embedding.getId().startsWith("long"))
        .allSatisfy(embedding -> assertThat(embedding.getTruncated()).isTrue());

    Result list = letters.dlq("list");
    assertThat(list.out().lines().filter(line -> line.endsWith("(replayed)"))).hasSize(2);
    assertThat(list.err()).contains("5 dead letters").contains("2 of them replayed");
  }

  @Test
  void shouldSendTheRecordBackAsItWas() {
    makeDeadLetters();
    List<ConsumerRecord<byte[], byte[]>> asked = letters.read(letters.questions());
    assertThat(letters.dlq("replay").status()).isZero();
    List<ConsumerRecord<byte[], byte[]>> all = letters.read(letters.questions());
    List<ConsumerRecord<byte[], byte[]>> replayed = new ArrayList<>(all);
    replayed.removeIf(record -> record.headers().lastHeader("questream.replay.count") == null);
    assertThat(all).hasSize(11);
    assertThat(replayed).hasSize(5);
    for (ConsumerRecord<byte[], byte[]> record : replayed) {
      ConsumerRecord<byte[], byte[]> original =
          asked.stream()
              .filter(question -> new String(question.key(), UTF_8).equals(text(record.key())))
              .findFirst()
              .orElseThrow();
      assertThat(record.value()).isEqualTo(original.value());
      assertThat(record.partition()).isEqualTo(original.partition());
      assertThat(record.timestamp()).isEqualTo(original.timestamp());
      assertThat(record.headers().toArray())
          .extracting(Header::key)
          .containsExactly("trace", "questream.replay.count", "questream.replay.from");
      assertThat(text(record.headers().lastHeader("trace").value()))
          .isEqualTo("of " + text(original.key()));
      assertThat(text(record.headers().lastHeader("questream.replay.count").value()))
          .isEqualTo("1");
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  @Test
  void shouldCountReplaysAndPileNoHeadersUpWhenALetterDiesAgain() {
    letters.produce(List.of(question("bad", NOT_UTF8)));
    answers(config("reject"), 1);
    int headers = letters.read(letters.deadLetters()).get(0).headers().toArray().length;
    assertThat(letters.dlq("replay").status()).isZero();
    assertThat(answers(config("reject"), 2)).hasSize(2);
    Result second = letters.dlq("replay");
    assertThat(second.err())
        .contains("replayed 1 dead letters")
        .contains("1 of them had been replayed and died again")
        .contains("1 left: replayed before");
    assertThat(answers(config("reject"), 3)).hasSize(3);

    List<ConsumerRecord<byte[], byte[]>> dead = letters.read(letters.deadLetters());
    assertThat(dead).hasSize(3);
    ConsumerRecord<byte[], byte[]> last = dead.get(2);
    List<ConsumerRecord<byte[], byte[]>> asked = letters.read(letters.questions());
    assertThat(last.headers().toArray())
        .extracting(Header::key)
        .hasSize(headers + 2)
        .doesNotHaveDuplicates();
    assertThat(text(last.headers().lastHeader(DeadLetterHeaders.REPLAY_COUNT).value()))
        .isEqualTo("2");
    assertThat(text(last.headers().lastHeader(DeadLetterHeaders.SOURCE_OFFSET).value()))
        .isEqualTo(Long.toString(asked.get(2).offset()));
    Result show = letters.dlq("show", "0:" + last.offset());
    assertThat(show.out()).contains("replayed 2 times before it died here");
  }

  @Test
  void shouldListAndCount() throws Exception {
    makeDeadLetters();
    Result list = letters.dlq("list");
    assertThat(list.status()).as(list.err()).isZero();
    assertThat(list.out().lines()).hasSize(5);
    assertThat(list.err().lines()).hasSize(1);
    assertThat(list.err())
        .contains("5 dead letters")
        .contains("2 text-too-long, 2 unreadable, 1 empty-text")
        .contains("0 of them replayed");
    assertThat(list.out())
        .contains(letters.questions() + "-")
        .contains("long-1")
        .contains("the text has 1010 tokens");

    Result some =
        letters.dlq(
            "list", "--json", "--limit", "2", "--reason", "unreadable", "--reason", "empty-text");
    assertThat(some.out().lines()).hasSize(2);
    assertThat(some.err()).contains("3 dead letters").contains("the first 2 are shown");
    for (String line : some.out().lines().toList()) {
      JsonNode json = JSON.readTree(line);
      assertThat(json.path("reason").asText()).isIn("unreadable", "empty-text");
      assertThat(json.path("source_topic").asText()).isEqualTo(letters.questions());
      assertThat(json.path("application_id").asText())
          .isEqualTo(letters.config.getString(QuestreamConfig.APPLICATION_ID));
      assertThat(json.path("model_id").asText()).isEqualTo("bge-small-en-v1.5");
      assertThat(json.path("key").asText()).isIn("bad-1", "bad-2", "blank");
      assertThat(json.path("replayed").isBoolean()).isTrue();
    }
    assertThat(letters.dlq("list", "--since", "1h").out().lines()).hasSize(5);
    assertThat(letters.dlq("list", "--since", "2999-01-01").err()).contains("match");
  }

  @Test
  void shouldShowEverythingAboutOne() throws Exception {
    makeDeadLetters();
    List<ConsumerRecord<byte[], byte[]>> dead = letters.read(letters.deadLetters());
    long bad = offset(dead, "bad-1");
    Path raw = folder.resolve("raw.bin");
    Result show = letters.dlq("show", "0:" + bad, "--raw", raw.toString());
    assertThat(show.status()).as(show.err()).isZero();
    assertThat(show.out())
        .contains("unreadable", "WireException", "bad-1", "bge-small-en-v1.5")
        .contains(letters.questions() + "-", "@")
        .contains("trace = of bad-1")
        .contains("questream.error.reason = unreadable")
        .contains("ff fe 07")
        .contains("not readable: the record's value is not valid UTF-8");
    assertThat(Files.readAllBytes(raw)).isEqualTo(NOT_UTF8);

    Result readable = letters.dlq("show", "0:" + offset(dead, "long-2"));
    assertThat(readable.out())
        .contains("a question", "long-2", "word word")
        .contains("5,005 characters in all");

    Result none = letters.dlq("show", "0:999");
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("no dead letter 0:999").contains(letters.deadLetters());
    assertThat(letters.dlq("show", "7:0").status()).isEqualTo(2);
  }

  private static long offset(List<ConsumerRecord<byte[], byte[]>> dead, String key) {
    return dead.stream()
        .filter(record -> text(record.key()).equals(key))
        .findFirst()
        .orElseThrow()
        .offset();
  }

  @Test
  void shouldSayThatThereIsNothing() {
    for (String command : List.of("list", "replay")) {
      Result result = letters.dlq(command);
      assertThat(result.status()).isZero();
      assertThat(result.out()).isEmpty();
    }
    assertThat(letters.dlq("list").err()).contains("no dead letters in " + letters.deadLetters());
    assertThat(letters.dlq("replay").err()).contains("nothing to replay");
  }

  @Test
  void shouldNameAMissingTopic() throws Exception {
    KafkaFixture without = new KafkaFixture(broker.bootstrapServers(), folder);
    DeadLetterFixture missing = new DeadLetterFixture(without, folder, Map.of());
    for (String[] command : new String[][] {{"list"}, {"show", "0:0"}, {"replay"}}) {
      Result result = missing.dlq(command);
      assertThat(result.status()).isEqualTo(4);
      assertThat(result.err()).contains("missing").contains("questream topics create");
    }
    Result to = letters.dlq("replay", "--to", "not-there");
    assertThat(to.status()).isEqualTo(4);
    assertThat(to.err()).contains("not-there");
  }
}
