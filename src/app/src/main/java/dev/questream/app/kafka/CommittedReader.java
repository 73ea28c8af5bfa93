package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Uninterrupted;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what is committed to topics, as bytes, and belongs to no consumer group.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class CommittedReader implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * @param topics must exist
   */
  public CommittedReader(QuestreamConfig config, ReadFrom start, List<String> topics) {
    this.consumer = consumer(config, Map.of());
    List<TopicPartition> partitions =
        topics.stream().flatMap(topic -> partitions(consumer, config, topic).stream()).toList();
    consumer.assign(partitions);
    if (start == ReadFrom.BEGINNING) {
      consumer.seekToBeginning(partitions);
      partitions.forEach(consumer::position); // settles the position now, not at the first poll
    } else {
      skipToEnd();
    }
  }

  /**
   * A consumer without a group, which sees only what is committed.
   *
   * @param own settings beside those of the user, and before them
   */
  static KafkaConsumer<byte[], byte[]> consumer(QuestreamConfig config, Map<String, Object> own) {
    Map<String, Object> settings = new HashMap<>(config.consumerSettings());
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.putAll(own);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * A topic's partitions by number. A topic that was just made may not be known to all brokers yet.
   *
   * @throws FatalException if it is not known after {@code startup.timeout.ms}
   */
  static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, QuestreamConfig config, String topic) {
    Duration patience = config.duration(QuestreamConfig.STARTUP_TIMEOUT_MS);
    long start = System.nanoTime();
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    while (found == null || found.isEmpty()) {
      if (System.nanoTime() - start > patience.toNanos()) {
        throw new FatalException(
            ExitCode.KAFKA,
            "topic %s is not known to Kafka at %s after %d ms"
                .formatted(topic, config.servers(), patience.toMillis()));
      }
      found = consumer.partitionsFor(topic);
    }
    return found.stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .sorted(Comparator.comparingInt(TopicPartition::partition))
        .toList();
  }

  /** Leaves out everything that is committed by now. */
  public void skipToEnd() {
    consumer.seekToEnd(consumer.assignment());
    consumer.assignment().forEach(consumer::position); // settles it now, not at the first poll
  }

  /** Reads what has been committed since, waiting for {@code limit} at most. */
  public ConsumerRecords<byte[], byte[]> poll(Duration limit) {
    return consumer.poll(limit);
  }

  @Override
  public void close() {
    Uninterrupted.run(consumer::close);
  }
}
