package dev.questream.it.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.TopicScan;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.QuestionDecoder;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import dev.questream.serde.Reading;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Every record of a topic of any kind that asks has one embedding, by its place. */
final class AnsweredOnce {
  private AnsweredOnce() {}

  /**
   * The number of embeddings.
   *
   * @throws AssertionError if a record that asks has none or several, or there are dead letters
   */
  static int check(QuestreamConfig config) {
    QuestionDecoder decoder = new QuestionDecoder(config.serdeSettings());
    List<String> asked = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : scan(config, QuestreamConfig.QUESTIONS_TOPIC)) {
      Reading reading =
          decoder.read(record.key(), record.value(), record.headers(), record.timestamp());
      if (reading instanceof Reading.Asked) {
        asked.add(record.partition() + "@" + record.offset());
      }
    }
    List<String> answered = new ArrayList<>();
    try (QuestionEmbeddingDeserializer embeddings = new QuestionEmbeddingDeserializer()) {
      embeddings.configure(config.serdeSettings(), false);
      for (ConsumerRecord<byte[], byte[]> record : scan(config, QuestreamConfig.EMBEDDINGS_TOPIC)) {
        if (record.value() != null) {
          QuestionEmbedding embedding = embeddings.deserialize(record.topic(), record.value());
          answered.add(embedding.getSourcePartition() + "@" + embedding.getSourceOffset());
        }
      }
    }
    assertThat(answered).containsExactlyInAnyOrderElementsOf(asked);
    assertThat(scan(config, QuestreamConfig.DLQ_TOPIC)).isEmpty();
    return answered.size();
  }

  private static List<ConsumerRecord<byte[], byte[]>> scan(QuestreamConfig config, String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (TopicScan scan = new TopicScan(config, config.getString(topic))) {
      scan.forEachRemaining(records::add);
    }
    return records;
  }
}
