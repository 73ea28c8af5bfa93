package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.testing.InstantEncoder;
import dev.questream.topology.EmbeddingNodes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.Topology;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** At least once: a deletion from the pending store never overtakes an answer. */
@Timeout(120)
class DeletionsLastIT {
  private static final String CHANGELOG = "app-embed-pending-questions-changelog";
  private static final byte[] KEY = {1};
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaFixture.broker();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      for (String topic : List.of("embeddings", CHANGELOG)) {
        admin
            .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
            .all()
            .get();
      }
    }
  }

  private static Producer<byte[], byte[]> producer() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("linger.ms", 600_000); // nothing leaves unless it is told to
    settings.put("delivery.timeout.ms", 700_000);
    settings.put("batch.size", 1 << 20);
    settings.put("max.request.size", 10_000);
    QuestreamConfig config =
        new QuestreamConfig(
            Map.of("application.id", "app", "processing.guarantee", "at_least_once"));
    EmbeddingNodes nodes = new EmbeddingNodes(config);
    Topology topology = new Topology().addSource("questions-source", "questions");
    nodes.addTo(topology, "embed", new InstantEncoder(), "questions-source");
    return nodes.clients().getProducer(settings);
  }

  private static ProducerRecord<byte[], byte[]> to(String topic, int bytes) {
    return new ProducerRecord<>(topic, KEY, new byte[bytes]);
  }

  private static ProducerRecord<byte[], byte[]> deletion(String topic) {
    return new ProducerRecord<>(topic, KEY, null);
  }

  @Test
  void shouldHoldADeletionBackUntilTheAnswersAreAcknowledged() {
    try (Producer<byte[], byte[]> producer = producer()) {
      Future<RecordMetadata> answer = producer.send(to("embeddings", 100), null);
      producer.send(to(CHANGELOG, 100), null);
      producer.send(deletion("embeddings"), null);
      assertThat(answer.isDone()).as("only a deletion in the changelog waits").isFalse();
      producer.send(deletion(CHANGELOG), null);
      assertThat(answer.isDone()).isTrue();
    }
  }

  @Test
  void shouldNotSendADeletionWhenAnAnswerWasNotTaken() {
    try (Producer<byte[], byte[]> producer = producer()) {
      producer.send(to("embeddings", 20_000), null);
      assertThatThrownBy(() -> producer.send(deletion(CHANGELOG), null))
          .isInstanceOf(KafkaException.class)
          .hasMessageContaining("stays pending");
    }
  }
}
