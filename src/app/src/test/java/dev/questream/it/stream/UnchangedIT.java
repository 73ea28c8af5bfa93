package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.model.Encoders;
import dev.questream.testing.ConstantBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code unchanged=skip} over restarts, an empty state folder, and off and on again. */
@Timeout(180)
class UnchangedIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final List<String> expected = new ArrayList<>();
  private KafkaFixture kafka;

  private QuestreamConfig config(String unchanged, String state) {
    return kafka.config(
        Map.of(
            "input.format",
            "text",
            "unchanged",
            unchanged,
            "instance.id", // comes back to a group that would share nothing out anew
            "one",
            "state.dir",
            folder.resolve(state).toString()));
  }

  /** Starts the application, asks "id" for each text, and waits for the answers to come. */
  private void run(QuestreamConfig config, List<String> texts, List<String> answered)
      throws Exception {
    expected.addAll(answered);
    expected.add("end");
    try (QuestreamApplication application =
            QuestreamApplication.start(
                config, observer -> Encoders.batching(config, new ConstantBackend(), observer));
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(
                config.producerSettings(), new StringSerializer(), new StringSerializer())) {
      application.awaitRunning(LIMIT);
      String topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
      for (String text : texts) {
        producer.send(new ProducerRecord<>(topic, "id", text.equals("-") ? null : text));
      }
      producer.send(new ProducerRecord<>(topic, "end " + expected.size(), "end"));
      producer.flush();
      assertThat(kafka.read(config, expected.size(), LIMIT).stream().map(UnchangedIT::text))
          .containsExactlyElementsOf(expected);
    }
  }

  private static String text(Answer answer) {
    return answer instanceof Answer.Embedded embedded ? embedded.embedding().getText() : "-";
  }

  @Test
  void shouldSkipWhatIsUnchangedWhateverComesBetween() throws Exception {
    kafka = new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder);
    try (Admin admin = Admin.create(kafka.config(Map.of()).adminSettings())) {
      QuestreamConfig skip = config("skip", "one");
      admin
          .createTopics(
              List.of(
                  new NewTopic(skip.getString(QuestreamConfig.QUESTIONS_TOPIC), 1, (short) 1),
                  new NewTopic(skip.getString(QuestreamConfig.EMBEDDINGS_TOPIC), 1, (short) 1),
                  new NewTopic(skip.getString(QuestreamConfig.DLQ_TOPIC), 1, (short) 1)))
          .all()
          .get();
      run(config("embed", "one"), List.of("A"), List.of("A")); // the store is new to its member
      run(skip, List.of("A", "A", "B", "A", "-", "A"), List.of("A", "B", "A", "-", "A"));
      run(skip, List.of("A", "B"), List.of("B"));
      run(config("skip", "empty"), List.of("B", "A"), List.of("A"));
      run(config("embed", "empty"), List.of("B", "B"), List.of("B", "B"));
      run(config("skip", "empty"), List.of("A", "A"), List.of("A"));
      String changelog =
          skip.getString(QuestreamConfig.APPLICATION_ID) + "-question-digests-changelog";
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, changelog);
      assertThat(
              admin
                  .describeConfigs(List.of(topic))
                  .all()
                  .get()
                  .get(topic)
                  .get("cleanup.policy")
                  .value())
          .isEqualTo("compact");
    }
  }
}
