package dev.questream.it.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.deadletter.DeadLetter;
import dev.questream.app.deadletter.DeadLetterFilter;
import dev.questream.app.deadletter.DeadLetterReplay;
import dev.questream.app.deadletter.DeadLetterReplay.Selection;
import dev.questream.app.deadletter.ReplayJournal;
import dev.questream.app.deadletter.ReplayTarget;
import dev.questream.app.kafka.Topics;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import dev.questream.it.deadletter.DeadLetterFixture.Result;
import dev.questream.serde.DeadLetterHeaders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a replay promises: each dead letter once, whatever fails, is killed or chosen. */
class DeadLetterReplayIT {
  private static final Selection ALL = new Selection(DeadLetterFilter.ALL, false, Long.MAX_VALUE);

  @TempDir Path folder;
  private static EmbeddedBroker broker;
  private DeadLetterFixture letters;

  @BeforeAll
  static void start() {
    broker = KafkaFixture.broker();
  }

  @BeforeEach
  void createTopics() throws Exception {
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    letters = new DeadLetterFixture(kafka, folder, Map.of());
  }

  private void die(int count) {
    letters.produce(
        IntStream.range(0, count)
            .mapToObj(i -> letters.letter(i, i % 3 == 0 ? "text-too-long" : "unreadable"))
            .toList());
  }

  private DeadLetterReplay open(Topics topics, Consumer<DeadLetter> chosen) {
    ReplayTarget target = ReplayTarget.of(topics, letters.questions(), false);
    return DeadLetterReplay.open(
        letters.config,
        topics,
        ALL,
        target,
        new DeadLetterReplay.Listener() {
          @Override
          public void chosen(DeadLetter letter, ProducerRecord<byte[], byte[]> question) {
            chosen.accept(letter);
          }

          @Override
          public void committed(long count) {
            // the test looks at the topics
          }
        });
  }

  /** Each question once, and in every partition in the order in which they died. */
  private void assertEachOnceInOrder(int count) {
    Map<Integer, List<Integer>> byPartition = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : letters.read(letters.questions())) {
      byPartition
          .computeIfAbsent(record.partition(), partition -> new ArrayList<>())
          .add(Integer.valueOf(new String(record.key(), UTF_8).substring(1)));
    }
    for (int partition = 0; partition < 6; partition++) {
      int first = partition;
      assertThat(byPartition.getOrDefault(partition, List.of()))
          .as("partition %d", partition)
          .containsExactlyElementsOf(
              IntStream.range(0, count).filter(i -> i % 6 == first).boxed().toList());
    }
  }

  @Test
  void shouldReplayEachReasonOnceAndLeaveTheOthers() {
    die(12);
    assertThat(letters.dlq("replay", "--reason", "text-too-long").err()).contains("replayed 4 ");
    assertThat(letters.replayed()).hasSize(4);
    assertThat(letters.dlq("replay", "--limit", "3").err())
        .contains("replayed 3 dead letters")
        .contains("3 unreadable");
    assertThat(letters.dlq("replay", "--only", "0:11,0:0").err())
        .contains("replayed 1 dead letters")
        .contains("1 left: replayed before");
    assertThat(letters.dlq("replay").err())
        .contains("replayed 4 dead letters")
        .contains("8 left: replayed before");
    assertThat(letters.dlq("replay").err()).contains("nothing to replay");
    assertThat(letters.replayed()).hasSize(12).doesNotHaveDuplicates();
    assertThat(letters.dlq("replay", "--again", "--only", "0:5").err()).contains("replayed 1 ");
    assertThat(letters.replayed()).hasSize(13);
    var absent = letters.dlq("replay", "--again", "--only", "0:5,0:55,3:1");
    assertThat(absent.err())
        .contains("replayed 1 ", "2 named and not there (any more): [0:55, 3:1]");
    assertThat(absent.status()).isEqualTo(ExitCode.REJECTED.status());
  }

  @Test
  void shouldTakeBackWhatAFailedReplayHasSent() {
    die(12);
    try (Topics topics = new Topics(letters.config)) {
      assertThatThrownBy(
              () -> {
                try (DeadLetterReplay replay =
                    open(
                        topics,
                        letter -> {
                          if (letter.place().offset() == 7) {
                            throw new IllegalStateException("enough");
                          }
                        })) {
                  replay.run();
                }
              })
          .hasMessage("enough");
    }
    assertThat(letters.replayed()).isEmpty();
    assertThat(letters.dlq("replay").err()).contains("replayed 12 dead letters");
    assertEachOnceInOrder(12);
  }

  @Test
  void shouldShutOutAReplayThatIsStillRunning() {
    die(12);
    try (Topics topics = new Topics(letters.config);
        DeadLetterReplay first =
            open(
                topics,
                letter -> {
                  if (letter.place().offset() == 7) {
                    assertThat(letters.dlq("replay").err()).contains("replayed 12 dead letters");
                  }
                })) {
      assertThatThrownBy(first::run)
          .isInstanceOf(FatalException.class)
          .hasMessageContaining("another replay of this application has begun");
    }
    assertEachOnceInOrder(12);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void shouldReplayEachOnceThoughItIsKilledAgainAndAgain() throws Exception {
    int count = 6000;
    die(count);
    int kills = 0;
    for (int seen = 1; seen <= 4; seen++) {
      Launched replay =
          Launched.application(
              folder, Map.of(), "dlq", "replay", "--config", letters.file.toString());
      int lines = seen;
      await()
          .pollInterval(Duration.ofMillis(1))
          .atMost(Duration.ofSeconds(60))
          .until(() -> committed(replay) >= lines || !replay.process().isAlive());
      replay.process().destroyForcibly(); // SIGKILL
      replay.process().waitFor();
      kills += committed(replay) > 0 && !replay.err().contains("dead letters to") ? 1 : 0;
    }
    Result last = letters.dlq("replay");
    assertThat(last.status()).as(last.err()).isZero();
    assertThat(kills)
        .as("replays that were killed between their first commit and their last")
        .isPositive();
    assertEachOnceInOrder(count);
  }

  private static long committed(Launched replay) {
    return replay.err().lines().filter(line -> line.endsWith(" replayed")).count();
  }

  @Test
  void shouldNameTheLetterThatTheTopicRefusesAndSendNothing() throws Exception {
    die(3);
    ProducerRecord<byte[], byte[]> large =
        new ProducerRecord<>(letters.deadLetters(), 0, "large".getBytes(UTF_8), new byte[5000]);
    letters.letter(3, "too-large").headers().forEach(large.headers()::add);
    letters.produce(List.of(large));
    set(letters.questions(), "max.message.bytes", "2000");
    Result refused = letters.dlq("replay");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("dead letter 0:3 was not taken by " + letters.questions());
    assertThat(letters.replayed()).isEmpty();
    assertThat(letters.dlq("replay", "--reason", "unreadable,text-too-long").status()).isZero();
    assertEachOnceInOrder(3);
  }

  private void set(String topic, String key, String value) throws Exception {
    try (Admin admin = Admin.create(letters.config.adminSettings())) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  List.of(
                      new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  @Test
  void shouldLeaveLettersOfOtherTopicsUnlessToldWhereTo() {
    ProducerRecord<byte[], byte[]> foreign = letters.letter(0, "unreadable");
    foreign.headers().add(DeadLetterHeaders.SOURCE_TOPIC, "elsewhere".getBytes(UTF_8));
    ProducerRecord<byte[], byte[]> strange =
        new ProducerRecord<>(letters.deadLetters(), 0, null, "no headers".getBytes(UTF_8));
    letters.produce(List.of(foreign, strange, letters.letter(2, "unreadable")));
    Result replay = letters.dlq("replay");
    assertThat(replay.status()).as("done, but some were rejected").isEqualTo(6);
    assertThat(replay.err()).contains("replayed 1 dead letters").contains("2 left: not from");
    assertThat(letters.replayed()).containsExactly("question 2");
    assertThat(letters.dlq("replay", "--to", letters.questions()).status()).isEqualTo(6);
    assertThat(letters.replayed()).containsExactlyInAnyOrder("question 0", "question 2");
    assertThat(letters.dlq("list").err()).contains("1 without a reason");
  }

  @Test
  void shouldLeaveWhatIsNotWhole() {
    ProducerRecord<byte[], byte[]> cut = letters.letter(0, "too-large");
    cut.headers().add(DeadLetterHeaders.CUT, "value 10 of 20 bytes".getBytes(UTF_8));
    letters.produce(List.of(cut, letters.letter(1, "too-large")));
    Result replay = letters.dlq("replay");
    assertThat(replay.status()).as("done, but some were rejected").isEqualTo(6);
    assertThat(replay.err()).contains("replayed 1 dead letters").contains("1 left: cut to fit");
    assertThat(letters.replayed()).containsExactly("question 1");
    assertThat(letters.dlq("show", "0:0").out()).contains("value 10 of 20 bytes");
  }

  @Test
  void shouldGiveThePresentTimeToWhatTheTopicWouldDeleteAtOnce() {
    long now = System.currentTimeMillis();
    long old = now - Duration.ofDays(8).toMillis();
    ProducerRecord<byte[], byte[]> model = letters.letter(0, "unreadable");
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(
            letters.deadLetters(), 0, old, model.key(), model.value(), model.headers());
    letters.produce(List.of(letter, letters.letter(1, "unreadable")));
    assertThat(letters.dlq("replay").err()).contains("1 with the present time");
    assertThat(letters.read(letters.questions()))
        .hasSize(2)
        .allSatisfy(record -> assertThat(record.timestamp()).isGreaterThanOrEqualTo(now));
  }

  @Test
  void shouldGiveThePresentTimeToWhatTheTopicWouldRefuse() throws Exception {
    ConfigResource questions = new ConfigResource(ConfigResource.Type.TOPIC, letters.questions());
    ConfigEntry young = new ConfigEntry("message.timestamp.before.max.ms", "60000");
    try (Admin admin = Admin.create(letters.config.adminSettings())) {
      admin
          .incrementalAlterConfigs(
              Map.of(questions, List.of(new AlterConfigOp(young, AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
    ProducerRecord<byte[], byte[]> letter = letters.letter(0, "unreadable");
    letter.headers().add("questream.source.timestamp", "1000".getBytes(UTF_8));
    letters.produce(List.of(letter));
    assertThat(letters.dlq("replay").err()).contains("1 with the present time");
    assertThat(letters.replayed()).containsExactly("question 0");
  }

  @Test
  void shouldBeginAnewWithATopicThatWasMadeAgain() throws Exception {
    die(2);
    assertThat(letters.dlq("replay").err()).contains("replayed 2 ");
    try (Admin admin = Admin.create(letters.config.adminSettings());
        Topics topics = new Topics(letters.config)) {
      admin.deleteTopics(List.of(letters.deadLetters())).all().get();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> topics.create().contains(letters.deadLetters()));
    }
    die(1);
    assertThat(letters.dlq("replay").err()).contains("replayed 1 dead letters");
  }

  @Test
  void shouldForgetTheReplaysOfLettersThatTheTopicNoLongerHolds() throws Exception {
    die(4);
    assertThat(letters.dlq("replay").err()).contains("replayed 4 ");
    try (Admin admin = Admin.create(letters.config.adminSettings())) {
      TopicPartition partition = new TopicPartition(letters.deadLetters(), 0);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3))).all().get();
    }
    die(1);
    assertThat(letters.dlq("replay").err())
        .contains("replayed 1 dead letters")
        .contains("1 left: replayed before");
    assertThat(letters.read(ReplayJournal.topic(letters.config)))
        .filteredOn(record -> record.value() == null)
        .extracting(record -> new String(record.key(), UTF_8).replaceFirst("^[^:]*:", ""))
        .containsExactlyInAnyOrder("0:0", "0:1", "0:2");
  }

  @Test
  void shouldRefuseAJournalThatWouldForget() throws Exception {
    die(2);
    assertThat(letters.dlq("replay", "--limit", "1").status()).isZero();
    set(ReplayJournal.topic(letters.config), "cleanup.policy", "delete");
    Result refused = letters.dlq("replay");
    assertThat(refused.status()).isEqualTo(4);
    assertThat(refused.err()).contains("cleanup.policy=compact");
    assertThat(letters.replayed()).hasSize(1);
  }
}
