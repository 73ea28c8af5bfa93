package dev.questream.app.rollover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.Embeddings;
import dev.questream.serde.QuestionEmbeddingSerializer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Questions from the archive, and people who ask and delete while they are asked again. */
@Timeout(120)
class RefillIT {
  @TempDir Path folder;

  private static QuestionEmbedding embedding(String id, long offset) {
    return Embeddings.of(id, "archived " + id, 1, 2)
        .setModelId("old")
        .setSourceOffset(offset)
        .build();
  }

  private static void produce(QuestreamConfig config, String topic, String key, byte[] value) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(topic, 0, key.getBytes(UTF_8), value);
      record.headers().add("own", key.getBytes(UTF_8));
      producer.send(record);
    }
  }

  @Test
  void shouldNotUndoWhatOthersDoInTheMeantime() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      Map<String, Object> settings =
          Map.of("bootstrap.servers", broker.bootstrapServers(), "input.format", "text");
      QuestreamConfig before = new QuestreamConfig(settings);
      QuestreamConfig after = before.with("application.id", "v2").with("embeddings.topic", "v2");
      for (QuestreamConfig config : List.of(before, after)) {
        try (Topics topics = new Topics(config)) {
          topics.create();
        }
      }
      for (int i = 0; i < 5; i++) {
        produce(before, "questions", "q" + i, ("archived q" + i).getBytes(UTF_8));
        produce(
            before,
            "embeddings",
            "q" + i,
            new QuestionEmbeddingSerializer().serialize("embeddings", embedding("q" + i, i)));
      }
      produce(before, "v2", "q0", new byte[] {1}); // has an answer
      produce(before, "embeddings", "q4", null); // was deleted
      try (Admin admin = Admin.create(before.adminSettings())) {
        TopicPartition questions = new TopicPartition("questions", 0);
        admin.deleteRecords(Map.of(questions, RecordsToDelete.beforeOffset(5))).all().get();
      }
      Refill refill = new Refill(new Side(before), new Side(after));
      Refill.Result result =
          refill.run(
              false,
              () -> {
                produce(before, "questions", "q1", null);
                produce(before, "questions", "q2", "another question".getBytes(UTF_8));
              });
      assertThat(result).isEqualTo(new Refill.Result(3, 2));
      Map<String, String> last = new LinkedHashMap<>();
      Map<String, Boolean> owned = new LinkedHashMap<>();
      try (TopicScan scan = new TopicScan(before, "questions")) {
        scan.forEachRemaining(
            record -> {
              String key = new String(record.key(), UTF_8);
              last.put(key, record.value() == null ? null : new String(record.value(), UTF_8));
              owned.put(key, record.headers().lastHeader("own") != null);
            });
      }
      assertThat(owned)
          .as("what is repeated has its headers, which may name its schema")
          .containsEntry("q1", true)
          .containsEntry("q2", true)
          .containsEntry("q3", false);
      assertThat(last)
          .containsEntry("q1", null)
          .containsEntry("q2", "another question")
          .containsEntry("q3", "archived q3")
          .doesNotContainKeys("q0", "q4");
    }
  }
}
