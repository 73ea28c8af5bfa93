package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.model.Encoders;
import dev.questream.testing.ConstantBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A question of a transaction that was aborted was never asked. */
@Timeout(120)
class AbortedQuestionsIT {
  @TempDir Path folder;

  private static void ask(KafkaProducer<String, String> producer, String topic, String id) {
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(topic, 0, id, "question " + id));
    producer.flush();
  }

  @ParameterizedTest
  @CsvSource({
    "exactly_once_v2, , committed",
    "at_least_once, , committed",
    "at_least_once, read_uncommitted, aborted committed",
  })
  void shouldAnswerWhatIsCommittedUnlessToldOtherwise(
      String guarantee, String isolation, String answered) {
    KafkaFixture kafka =
        new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    Map<String, String> own = new HashMap<>();
    own.put("input.format", "text");
    own.put("processing.guarantee", guarantee);
    if (isolation != null) {
      own.put("consumer.isolation.level", isolation);
    }
    QuestreamConfig config = kafka.config(own);
    String topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    Map<String, Object> settings = new HashMap<>(config.producerSettings());
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topic);
    try (KafkaProducer<String, String> producer =
            new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        QuestreamApplication application =
            QuestreamApplication.start(
                config, observer -> Encoders.batching(config, new ConstantBackend(), observer))) {
      application.awaitRunning(Duration.ofSeconds(30));
      producer.initTransactions();
      ask(producer, topic, "aborted");
      producer.abortTransaction();
      ask(producer, topic, "committed");
      producer.commitTransaction();
      List<String> ids = List.of(answered.split(" "));
      assertThat(KafkaFixture.embeddings(kafka.read(config, ids.size(), Duration.ofSeconds(20))))
          .extracting(QuestionEmbedding::getId)
          .containsExactlyInAnyOrderElementsOf(ids);
    }
  }
}
