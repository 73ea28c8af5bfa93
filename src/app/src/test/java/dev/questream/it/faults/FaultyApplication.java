package dev.questream.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderBackend;
import dev.questream.it.KafkaFixture;
import dev.questream.it.LogCapture;
import dev.questream.model.Encoders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** The application on a broker of its own topics, with what it logs. */
final class FaultyApplication implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);

  final KafkaFixture kafka;
  final QuestreamConfig config;
  final QuestreamApplication application;
  final HeldBackend backend = new HeldBackend();
  private final LogCapture log = new LogCapture();
  private final List<String> asked = new ArrayList<>();

  private FaultyApplication(KafkaFixture kafka, QuestreamConfig config) {
    this.kafka = kafka;
    this.config = config;
    application = open(config, backend);
    application.awaitRunning(LIMIT);
  }

  static FaultyApplication start(Path folder, Map<String, String> settings) {
    KafkaFixture kafka =
        new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    return new FaultyApplication(kafka, kafka.config(settings));
  }

  static QuestreamApplication open(QuestreamConfig config, EncoderBackend backend) {
    return QuestreamApplication.start(
        config, observer -> Encoders.batching(config, backend, observer));
  }

  /** Asks {@code count} more. */
  void ask(int count) {
    Map<String, String> questions = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String id = "q" + asked.size();
      asked.add(id);
      questions.put(id, "What is it, " + id + "?");
    }
    kafka.ask(config, questions);
  }

  /** Everything that was asked is answered, once. */
  void requireAllAnswered() {
    requireAnswered(asked);
  }

  void requireAnswered(List<String> ids) {
    assertThat(KafkaFixture.embeddings(kafka.read(config, ids.size(), LIMIT)))
        .extracting(QuestionEmbedding::getId)
        .containsExactlyInAnyOrderElementsOf(ids);
    application.requireAlive();
  }

  List<String> asked() {
    return asked;
  }

  String topic() {
    return config.getString(QuestreamConfig.QUESTIONS_TOPIC);
  }

  /** Questions that the group has committed as read. */
  long committed() throws Exception {
    try (Admin admin = Admin.create(config.adminSettings())) {
      return admin
          .listConsumerGroupOffsets(config.getString(QuestreamConfig.APPLICATION_ID))
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .mapToLong(OffsetAndMetadata::offset)
          .sum();
    }
  }

  void awaitLog(String words) {
    await().atMost(LIMIT).until(() -> log.text().contains(words));
  }

  String log() {
    return log.text();
  }

  @Override
  public void close() {
    application.close();
    log.close();
  }
}
