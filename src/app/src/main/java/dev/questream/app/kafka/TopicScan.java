package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Uninterrupted;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The committed records of a topic as of now, partition after partition, each in its order.
 *
 * <p>Ends where each partition ended when the scan was opened, and never waits for more. Belongs to
 * no consumer group.
 */
public final class TopicScan implements Iterator<ConsumerRecord<byte[], byte[]>>, AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private static final Map<String, Object> OWN_SETTINGS =
      Map.of(
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          "earliest", // deleted while it is read
          // A fetch beyond the end of one partition holds up the first of the next one for so long.
          ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
          10);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String servers;
  private final Duration patience;
  private final Map<TopicPartition, Long> beginnings;
  private final Map<TopicPartition, Long> ends;
  private final ArrayDeque<TopicPartition> remaining;
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> ready = new ArrayDeque<>();
  private TopicPartition current;

  /**
   * Opens a scan.
   *
   * @param topic must exist
   */
  public TopicScan(QuestreamConfig config, String topic) {
    this.consumer = CommittedReader.consumer(config, OWN_SETTINGS);
    this.servers = config.servers();
    this.patience = config.duration(QuestreamConfig.STARTUP_TIMEOUT_MS);
    List<TopicPartition> partitions = CommittedReader.partitions(consumer, config, topic);
    this.beginnings = consumer.beginningOffsets(partitions);
    this.ends = consumer.endOffsets(partitions);
    this.remaining = new ArrayDeque<>(partitions);
  }

  /** The first offset that the topic still holds, by partition. */
  public Map<Integer, Long> beginnings() {
    Map<Integer, Long> byNumber = new HashMap<>();
    beginnings.forEach((partition, offset) -> byNumber.put(partition.partition(), offset));
    return byNumber;
  }

  /** One behind the last offset that is read, by partition. */
  public Map<Integer, Long> ends() {
    Map<Integer, Long> byNumber = new HashMap<>();
    ends.forEach((partition, offset) -> byNumber.put(partition.partition(), offset));
    return byNumber;
  }

  /** Leaves out what lies before these offsets; partitions that are not named are read whole. */
  public TopicScan from(Map<Integer, Long> offsets) {
    beginnings.replaceAll(
        (partition, offset) ->
            Math.max(offset, offsets.getOrDefault(partition.partition(), offset)));
    return this;
  }

  /** Leaves out everything but one partition from an offset on. */
  public TopicScan from(int number, long offset) {
    remaining.removeIf(partition -> partition.partition() != number);
    remaining.forEach(partition -> beginnings.merge(partition, offset, Math::max));
    return this;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty()) {
      if (current == null || consumer.position(current) >= ends.get(current)) {
        if (remaining.isEmpty()) {
          return false;
        }
        current = remaining.removeFirst();
        consumer.assign(List.of(current));
        consumer.seek(current, beginnings.get(current));
      } else {
        fetch();
      }
    }
    return true;
  }

  private void fetch() {
    long before = consumer.position(current);
    long start = System.nanoTime();
    while (consumer.position(current) == before) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < ends.get(current)) {
          ready.addLast(record);
        }
      }
      if (ready.isEmpty()
          && consumer.position(current) == before
          && System.nanoTime() - start > patience.toNanos()) {
        throw new FatalException(
            ExitCode.KAFKA,
            "%s cannot be read on from offset %d: no answer from Kafka at %s within %d ms; check the brokers, or raise startup.timeout.ms"
                .formatted(current, before, servers, patience.toMillis()));
      }
    }
  }

  @Override
  public ConsumerRecord<byte[], byte[]> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.removeFirst();
  }

  @Override
  public void close() {
    Uninterrupted.run(consumer::close);
  }
}
