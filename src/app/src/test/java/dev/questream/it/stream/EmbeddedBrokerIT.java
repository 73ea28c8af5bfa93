package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.kafka.Topics;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
  /** A broker is taken again under its id once its last session is over. */
  private static final Map<String, String> QUICK =
      Map.of("broker.session.timeout.ms", "1000", "broker.heartbeat.interval.ms", "200");

  @TempDir Path folder;

  private static QuestreamConfig config(EmbeddedBroker broker) {
    return new QuestreamConfig(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  @Test
  void shouldTakeUpItsFolderAgain() {
    int port;
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0, QUICK)) {
      port = Integer.parseInt(broker.bootstrapServers().replaceAll(".*:", ""));
      try (Topics topics = new Topics(config(broker))) {
        assertThat(topics.create()).hasSize(3);
      }
      try (QuestionProducer producer = new QuestionProducer(config(broker))) {
        producer.sendNow("id", "Is it still there?");
      }
    }
    try (EmbeddedBroker again = EmbeddedBroker.start(folder, port, QUICK);
        Topics topics = new Topics(config(again))) {
      assertThat(topics.create()).as("topics that had to be made again").isEmpty();
      try (EmbeddingReader reader =
          new EmbeddingReader(config(again), ReadFrom.BEGINNING, List.of("questions"))) {
        assertThat(reader.poll(Duration.ofSeconds(20))).hasSize(1);
      }
    }
  }

  @Test
  void shouldTakeSettingsOfTheCaller() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0, Map.of("num.partitions", "11"));
        Admin admin = Admin.create(config(broker).adminSettings())) {
      admin
          .createTopics(List.of(new NewTopic("wide", Optional.empty(), Optional.empty())))
          .all()
          .get();
      assertThat(
              admin.describeTopics(List.of("wide")).allTopicNames().get().get("wide").partitions())
          .hasSize(11);
    }
  }
}
