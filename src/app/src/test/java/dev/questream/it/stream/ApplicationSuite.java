package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.it.KafkaFixture;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.TopicLimits;
import dev.questream.serde.FloatVector;
import dev.questream.serde.registry.RegistryStandIn;
import dev.questream.testing.InstantEncoder;
import dev.questream.testing.ManualEncoder;
import dev.questream.topology.EmbeddingTopology;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the application promises on a real broker; run on each kind of broker that there is. */
abstract class ApplicationSuite {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private KafkaFixture kafka;

  abstract String bootstrapServers();

  @BeforeEach
  void createTopics() {
    kafka = new KafkaFixture(bootstrapServers(), folder).createTopics();
  }

  private static Map<String, String> questions(int count) {
    Map<String, String> questions = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      questions.put("q" + i, "How many miles are there in " + i + " nautical leagues?");
    }
    return questions;
  }

  private KafkaStreams start(QuestreamConfig config, QuestionEncoder encoder) {
    KafkaStreams streams =
        EmbeddingTopology.streams(
            config, config.streamsSettings(), encoder, EmbedObserver.NONE, () -> TopicLimits.NONE);
    streams.start();
    await().atMost(LIMIT).until(() -> streams.state() == KafkaStreams.State.RUNNING);
    return streams;
  }

  private static void stop(KafkaStreams streams) {
    streams.close(
        CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(Duration.ofSeconds(30)));
  }

  private static void assertOrderedByPartition(List<QuestionEmbedding> embeddings) {
    Map<Integer, List<Long>> offsets = new LinkedHashMap<>();
    embeddings.forEach(
        e ->
            offsets
                .computeIfAbsent(e.getSourcePartition(), p -> new ArrayList<>())
                .add(e.getSourceOffset()));
    offsets.forEach(
        (partition, found) ->
            assertThat(found)
                .as("offsets of partition %d", partition)
                .isSortedAccordingTo(Comparator.naturalOrder())
                .doesNotHaveDuplicates());
  }

  @Test
  void shouldEmbedEveryQuestionOnceInOrderWithTheModelsOwnVector() {
    QuestreamConfig config = kafka.config(Map.of("encoder.precision", "fp32"));
    Map<String, String> questions = questions(300);
    kafka.ask(config, questions);
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
      List<QuestionEmbedding> embeddings =
          KafkaFixture.embeddings(kafka.read(config, questions.size(), LIMIT));
      assertThat(embeddings).extracting(QuestionEmbedding::getId).hasSize(300);
      assertThat(new HashSet<>(embeddings.stream().map(QuestionEmbedding::getId).toList()))
          .isEqualTo(questions.keySet());
      assertOrderedByPartition(embeddings);
      for (QuestionEmbedding embedding : embeddings.subList(0, 40)) {
        Embedding direct =
            application
                .encoder()
                .submit(EncoderInput.question(questions.get(embedding.getId())))
                .join();
        assertClose(FloatVector.toArray(embedding.getEmbedding()), direct.vector());
        assertThat(embedding.getPrecision()).isEqualTo("fp32");
        assertThat(embedding.getModelId()).isEqualTo("bge-small-en-v1.5");
      }
    }
  }

  private static void assertClose(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).isBetween(expected[i] - 1e-5, expected[i] + 1e-5);
    }
  }

  @Test
  void shouldTakeUpPendingQuestionsAfterARestartOnAnotherMachine() throws Exception {
    QuestreamConfig config = kafka.config(Map.of());
    Map<String, String> questions = questions(60);
    ManualEncoder silent = new ManualEncoder();
    kafka.ask(config, questions);
    KafkaStreams first = start(config, silent);
    await().atMost(LIMIT).until(() -> silent.texts().size() == questions.size());
    awaitConsumed(config, questions.size());
    stop(first);
    assertThat(kafka.read(config, 1, Duration.ofSeconds(1)))
        .as("all is consumed, and nothing is answered")
        .isEmpty();

    QuestreamConfig elsewhere =
        kafka.config(Map.of("state.dir", folder.resolve("elsewhere").toString()));
    KafkaStreams second = start(elsewhere, new InstantEncoder());
    try {
      List<QuestionEmbedding> embeddings =
          KafkaFixture.embeddings(kafka.read(config, questions.size(), LIMIT));
      assertThat(embeddings).hasSize(questions.size());
      assertOrderedByPartition(embeddings);
      for (QuestionEmbedding embedding : embeddings) {
        assertThat(FloatVector.toArray(embedding.getEmbedding()))
            .containsExactly(ManualEncoder.vector(questions.get(embedding.getId())));
      }
    } finally {
      stop(second);
    }
  }

  @Test
  void shouldAnswerEachOnceAcrossACleanRestartEvenAtLeastOnce() throws Exception {
    QuestreamConfig config = kafka.config(Map.of("processing.guarantee", "at_least_once"));
    Map<String, String> questions = questions(200);
    ManualEncoder slow = new ManualEncoder();
    kafka.ask(config, questions);
    KafkaStreams first = start(config, slow);
    await().atMost(LIMIT).until(() -> slow.texts().size() == questions.size());
    awaitConsumed(config, questions.size());
    for (int i = 0; i < 50; i++) {
      slow.complete(i);
    }
    await().atMost(LIMIT).until(() -> !kafka.read(config, 1, Duration.ofMillis(500)).isEmpty());
    stop(first);
    int answered = kafka.read(config, questions.size(), Duration.ofSeconds(1)).size();
    assertThat(answered).isBetween(1, 50);

    KafkaStreams second = start(config, new InstantEncoder());
    try {
      List<QuestionEmbedding> embeddings =
          KafkaFixture.embeddings(kafka.read(config, questions.size(), LIMIT));
      assertThat(embeddings).hasSize(questions.size());
      assertOrderedByPartition(embeddings);
    } finally {
      stop(second);
    }
  }

  /**
   * Waits until the group's committed offsets cover all questions: Kafka believes that they are
   * done.
   */
  private void awaitConsumed(QuestreamConfig config, long count) {
    try (Admin admin = Admin.create(config.adminSettings())) {
      String group = config.getString(QuestreamConfig.APPLICATION_ID);
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  admin
                          .listConsumerGroupOffsets(group)
                          .partitionsToOffsetAndMetadata()
                          .get()
                          .values()
                          .stream()
                          .mapToLong(offset -> offset.offset())
                          .sum()
                      == count);
    }
  }

  @Test
  void shouldRestartWithoutWaitingForTheGroup() {
    QuestreamConfig config = kafka.config(Map.of("encoder.precision", "fp32"));
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
    }
    long start = System.nanoTime();
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("far less than a session time-out of 45 s")
        .isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void shouldSendOnlyBadRecordsToTheDeadLetters() throws Exception {
    QuestreamConfig config = kafka.config(Map.of("input.format", "text"));
    String topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    Set<String> bad = new HashSet<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < 100; i++) {
        String key = "k" + i;
        byte[] value = ("question " + i).getBytes(StandardCharsets.UTF_8);
        if (i % 10 == 3) {
          bad.add(key);
          value = new byte[] {(byte) 0xff, (byte) i};
        }
        producer
            .send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value))
            .get();
      }
    }
    KafkaStreams streams = start(config, new InstantEncoder());
    try {
      List<Answer> answers = kafka.read(config, 100, LIMIT);
      assertThat(answers).hasSize(100);
      List<String> rejected =
          answers.stream()
              .filter(Answer.DeadLetter.class::isInstance)
              .map(KafkaFixture::key)
              .toList();
      assertThat(rejected).containsExactlyInAnyOrderElementsOf(bad);
    } finally {
      stop(streams);
    }
  }

  @Test
  void shouldDeleteBehindTheEmbedding() throws Exception {
    QuestreamConfig config = kafka.config(Map.of("input.format", "text"));
    String topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] key = "gone".getBytes(StandardCharsets.UTF_8);
      producer
          .send(new ProducerRecord<>(topic, key, "a question".getBytes(StandardCharsets.UTF_8)))
          .get();
      producer.send(new ProducerRecord<>(topic, key, null)).get();
    }
    KafkaStreams streams = start(config, new InstantEncoder());
    try {
      assertThat(kafka.read(config, 2, LIMIT))
          .satisfiesExactly(
              first -> assertThat(first).isInstanceOf(Answer.Embedded.class),
              second -> assertThat(second).isInstanceOf(Answer.Deleted.class));
    } finally {
      stop(streams);
    }
  }

  @Test
  void shouldCommitTheLastPendingAnswerWithoutWaitingForTheInterval() {
    QuestreamConfig config =
        kafka.config(
            Map.of(
                "streams.commit.interval.ms", "600000",
                "producer.transaction.timeout.ms", "700000"));
    KafkaStreams streams = start(config, new InstantEncoder());
    try {
      for (int asked = 1; asked <= 3; asked++) {
        kafka.ask(config, Map.of("q" + asked, "How many miles are there in a league?"));
        assertThat(kafka.read(config, asked, LIMIT)).hasSize(asked);
      }
    } finally {
      stop(streams);
    }
  }

  @Test
  void shouldCommitNothingWhileNothingComes() throws Exception {
    QuestreamConfig config = kafka.config(Map.of());
    kafka.ask(config, questions(3));
    KafkaStreams streams = start(config, new InstantEncoder());
    try {
      assertThat(kafka.read(config, 3, LIMIT)).hasSize(3);
      double before = commits(streams);
      await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
      assertThat(commits(streams) - before).isLessThanOrEqualTo(1);
    } finally {
      stop(streams);
    }
  }

  private static double commits(KafkaStreams streams) {
    return streams.metrics().values().stream()
        .filter(
            metric ->
                metric.metricName().name().equals("commit-total")
                    && metric.metricName().group().equals("stream-thread-metrics"))
        .mapToDouble(metric -> (double) metric.metricValue())
        .sum();
  }

  @Test
  void shouldFrameForASchemaRegistry() throws Exception {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      QuestreamConfig config = kafka.config(Map.of("schema.registry.url", registry.url()));
      kafka.ask(config, questions(5));
      KafkaStreams streams = start(config, new InstantEncoder());
      try {
        List<Answer> answers = kafka.read(config, 5, LIMIT);
        assertThat(KafkaFixture.embeddings(answers)).hasSize(5);
        assertThat(answers)
            .allSatisfy(answer -> assertThat(answer.source().value()[0]).isEqualTo((byte) 0));
        assertThat(registry.subjects())
            .containsExactlyInAnyOrder(
                config.getString(QuestreamConfig.QUESTIONS_TOPIC) + "-value",
                config.getString(QuestreamConfig.EMBEDDINGS_TOPIC) + "-value");
      } finally {
        stop(streams);
      }
    }
  }
}
