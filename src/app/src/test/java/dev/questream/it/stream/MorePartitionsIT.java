package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.ChangelogPartitions;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.model.Encoders;
import dev.questream.testing.ConstantBackend;
import dev.questream.topology.EmbeddingTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Partitions are added to the questions topic. */
@Timeout(120)
class MorePartitionsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;
  private KafkaFixture kafka;
  private Admin admin;
  private String questions;
  private String changelog;
  private int sent;

  @BeforeEach
  void makeTopics() throws Exception {
    kafka = new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder);
    QuestreamConfig config = kafka.config(Map.of());
    admin = Admin.create(config.adminSettings());
    questions = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    changelog = config.getString(QuestreamConfig.APPLICATION_ID) + "-pending-questions-changelog";
    admin
        .createTopics(
            List.of(
                new NewTopic(questions, 2, (short) 1),
                new NewTopic(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC), 1, (short) 1),
                new NewTopic(config.getString(QuestreamConfig.DLQ_TOPIC), 1, (short) 1)))
        .all()
        .get();
  }

  @AfterEach
  void closeAdmin() {
    admin.close();
  }

  private QuestreamConfig config(String instance, String guarantee) {
    return kafka.config(
        Map.of(
            "input.format",
            "text",
            "processing.guarantee",
            guarantee,
            "consumer.metadata.max.age.ms",
            "300",
            "state.dir",
            folder.resolve(instance).toString()));
  }

  private static QuestreamApplication start(QuestreamConfig config) {
    QuestreamApplication application =
        QuestreamApplication.start(
            config, observer -> Encoders.batching(config, new ConstantBackend(), observer));
    application.awaitRunning(LIMIT);
    return application;
  }

  private int partitions(String topic) throws Exception {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get()
        .get(topic)
        .partitions()
        .size();
  }

  private void grow(int partitions) throws Exception {
    admin.createPartitions(Map.of(questions, NewPartitions.increaseTo(partitions))).all().get();
    await().atMost(LIMIT).until(() -> partitions(questions) == partitions);
  }

  /** Asks in all partitions in turn, and at least for so long. */
  private void ask(int partitions, BooleanSupplier enough) throws InterruptedException {
    QuestreamConfig config = kafka.config(Map.of());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            config.producerSettings(), new StringSerializer(), new StringSerializer())) {
      int last = sent + 500;
      while (sent < last || !enough.getAsBoolean()) {
        producer.send(
            new ProducerRecord<>(questions, sent % partitions, "id-" + sent, "question " + sent));
        sent++;
        Thread.sleep(1);
      }
    }
  }

  private void assertAnsweredOnceInOrder() {
    List<QuestionEmbedding> embeddings =
        KafkaFixture.embeddings(kafka.read(kafka.config(Map.of()), sent, LIMIT));
    Set<String> ids = new HashSet<>();
    Map<Integer, Long> offsets = new HashMap<>();
    for (QuestionEmbedding embedding : embeddings) {
      assertThat(ids.add(embedding.getId())).as(embedding.getId() + " once").isTrue();
      Long before = offsets.put(embedding.getSourcePartition(), embedding.getSourceOffset());
      assertThat(embedding.getSourceOffset())
          .as("order of partition %d", embedding.getSourcePartition())
          .isGreaterThan(before == null ? -1 : before);
    }
    assertThat(ids).as("all answered").hasSize(sent);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
  void shouldGoOnWithMorePartitions(String guarantee) throws Exception {
    try (QuestreamApplication one = start(config("one", guarantee));
        QuestreamApplication two = start(config("two", guarantee))) {
      ask(2, () -> true);
      for (int partitions : List.of(3, 6)) {
        grow(partitions);
        ask(
            partitions,
            () -> {
              one.requireAlive();
              two.requireAlive();
              return one.activeTasks() + two.activeTasks() == partitions;
            });
        assertThat(partitions(changelog)).isEqualTo(partitions);
      }
      assertAnsweredOnceInOrder();
      one.requireAlive();
      two.requireAlive();
    }
  }

  /** As a static member, which Kafka may give its old partitions back without sharing out anew. */
  @Test
  void shouldStartWithMorePartitions() throws Exception {
    QuestreamConfig config =
        config("one", "exactly_once_v2")
            .with(QuestreamConfig.INSTANCE_ID, "one")
            .with(QuestreamConfig.UNCHANGED, "skip");
    start(config).close();
    grow(4);
    ask(4, () -> true);
    try (QuestreamApplication application = start(config)) {
      for (String topic : EmbeddingTopology.changelogs(config)) {
        assertThat(partitions(topic)).isEqualTo(4);
      }
      assertAnsweredOnceInOrder();
      application.requireAlive();
    }
  }

  @Test
  void shouldShareOutPartitionsThatTheConsumerDoesNotKnowYet() throws Exception {
    QuestreamConfig config = config("one", "exactly_once_v2");
    start(config).close();
    grow(4);
    Node node = new Node(1, "localhost", 9092);
    PartitionInfo first = new PartitionInfo(questions, 0, node, new Node[] {node}, new Node[0]);
    Cluster stale = new Cluster("id", List.of(node), List.of(first), Set.of(), Set.of());
    assertThat(new ChangelogPartitions(config).grow(stale).partitionCountForTopic(questions))
        .isEqualTo(4);
    assertThat(partitions(changelog)).isEqualTo(4);
  }

  @Test
  void shouldRefuseATopicThatWasMadeAnewWithFewerPartitions() throws Exception {
    QuestreamConfig config = config("one", "exactly_once_v2");
    start(config).close();
    admin.deleteTopics(List.of(questions)).all().get();
    await()
        .ignoreExceptions()
        .until(
            () ->
                admin.createTopics(List.of(new NewTopic(questions, 1, (short) 1))).all().get()
                    == null);
    await().atMost(LIMIT).ignoreExceptions().until(() -> partitions(questions) == 1);
    assertThatThrownBy(() -> start(config))
        .isInstanceOfSatisfying(
            FatalException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.KAFKA))
        .hasMessageContaining("%s has 2 partitions, topic %s only 1", changelog, questions)
        .hasMessageContaining("application.id");
    assertThat(partitions(changelog)).as("left as it is").isEqualTo(2);
  }
}
