package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.ContractCheck;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.it.LogCapture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics that lose records are named when the application starts. */
class ContractCheckIT {
  @TempDir Path folder;
  private KafkaFixture kafka;

  @BeforeEach
  void makeFixture() {
    kafka = new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder);
  }

  private static String said(QuestreamConfig config) {
    try (LogCapture log = new LogCapture()) {
      new ContractCheck(config).log();
      return log.text();
    }
  }

  @Test
  void shouldNameEachSettingThatLosesRecords() throws Exception {
    QuestreamConfig config = kafka.config(Map.of());
    try (Admin admin = Admin.create(config.adminSettings())) {
      admin
          .createTopics(
              List.of(
                  topic(config, QuestreamConfig.QUESTIONS_TOPIC, "delete"),
                  topic(config, QuestreamConfig.EMBEDDINGS_TOPIC, "delete"),
                  topic(config, QuestreamConfig.DLQ_TOPIC, "compact")))
          .all()
          .get();
    }
    assertThat(said(config))
        .contains("embeddings has cleanup.policy=delete", "dlq has cleanup.policy=compact");
  }

  private static NewTopic topic(QuestreamConfig config, String name, String policy) {
    return new NewTopic(config.getString(name), 1, (short) 1)
        .configs(Map.of("cleanup.policy", policy));
  }

  @Test
  void shouldSayNothingOfTopicsThatTheContractMade() {
    kafka.createTopics();
    assertThat(said(kafka.config(Map.of())))
        .doesNotContain("-questions has", "-embeddings has", "-dlq has");
  }
}
