package dev.questream.it.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics that are deleted under the running application, and made again after a while. */
@Timeout(180)
class TopicsRemadeIT {
  @TempDir Path folder;

  private static void delete(FaultyApplication app, String setting) throws Exception {
    try (Admin admin = Admin.create(app.config.adminSettings())) {
      admin.deleteTopics(List.of(app.config.getString(setting))).all().get();
    }
  }

  private static void makeAgain(FaultyApplication app) {
    try (Topics topics = new Topics(app.config)) {
      await().ignoreExceptions().until(() -> topics.create().size() == 1);
    }
  }

  private static void awaitMissing(FaultyApplication app, String setting) {
    app.awaitLog("The topic %s is missing".formatted(app.config.getString(setting)));
  }

  @Test
  void shouldWaitForItsEmbeddingsTopic() throws Exception {
    try (FaultyApplication app = FaultyApplication.start(folder, Map.of())) {
      app.ask(20);
      app.requireAllAnswered();
      delete(app, QuestreamConfig.EMBEDDINGS_TOPIC);
      app.ask(30);
      awaitMissing(app, QuestreamConfig.EMBEDDINGS_TOPIC);
      makeAgain(app);
      app.requireAnswered(app.asked().subList(20, 50));
      app.awaitLog("-embeddings is there again");
    }
  }

  @Test
  void shouldWaitForItsDeadLetterTopic() throws Exception {
    try (FaultyApplication app = FaultyApplication.start(folder, Map.of("input.format", "json"))) {
      ask(app, "lost");
      assertThat(app.kafka.read(app.config, 1, FaultyApplication.LIMIT)).hasSize(1);
      delete(app, QuestreamConfig.DLQ_TOPIC);
      ask(app, "kept");
      awaitMissing(app, QuestreamConfig.DLQ_TOPIC);
      makeAgain(app);
      assertThat(app.kafka.read(app.config, 1, FaultyApplication.LIMIT))
          .singleElement()
          .isInstanceOf(Answer.DeadLetter.class)
          .extracting(KafkaFixture::key)
          .isEqualTo("kept");
    }
  }

  private static void ask(FaultyApplication app, String key) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            app.config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      String topic = app.config.getString(QuestreamConfig.QUESTIONS_TOPIC);
      producer
          .send(new ProducerRecord<>(topic, key.getBytes(UTF_8), "no JSON".getBytes(UTF_8)))
          .get();
    }
  }

  /** What was read of the old topic and is pending is answered, beside the same offsets anew. */
  @Test
  void shouldWaitForItsQuestionsTopicAndAnswerWhatItHadRead() throws Exception {
    try (FaultyApplication app =
        FaultyApplication.start(folder, Map.of("encoder.call.timeout.ms", "120000"))) {
      app.ask(20);
      app.requireAllAnswered();
      app.backend.hold();
      app.ask(20);
      await().until(() -> app.committed() == 40);
      delete(app, QuestreamConfig.QUESTIONS_TOPIC);
      app.awaitLog("A stream thread ended: the topic " + app.topic() + " is missing");
      assertThat(app.application.isReady()).isFalse();
      makeAgain(app);
      app.ask(40);
      app.backend.release();
      app.requireAllAnswered();
      assertThat(app.application.isReady()).isTrue();
    }
  }
}
