package dev.questream.lab.bench;

import dev.questream.config.QuestreamConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads committed answers as bytes: decoding them is a consumer's business, and on the same machine
 * would take part in the measurement.
 */
final class CommittedReader implements AutoCloseable {
  private final String deadLetters;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * A committed answer.
   *
   * @param place of its question in the order of sending
   * @param partition that it came from
   * @param deadLetter whether it is a dead letter
   */
  record Answer(long place, int partition, boolean deadLetter) {}

  CommittedReader(QuestreamConfig config) {
    this.deadLetters = config.getString(QuestreamConfig.DLQ_TOPIC);
    this.consumer =
        new KafkaConsumer<>(
            config.consumerSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : List.of(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC), deadLetters)) {
      consumer
          .partitionsFor(topic)
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Hands over what has been committed since, waiting for {@code limit} at most. */
  void poll(Duration limit, Consumer<Answer> receiver) {
    for (ConsumerRecord<byte[], byte[]> found : consumer.poll(limit)) {
      long place = Long.parseLong(new String(found.key(), StandardCharsets.UTF_8));
      receiver.accept(new Answer(place, found.partition(), found.topic().equals(deadLetters)));
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
