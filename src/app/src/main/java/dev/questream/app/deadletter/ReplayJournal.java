package dev.questream.app.deadletter;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.topology.TopicContract;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Which dead letters have been replayed: a compacted topic with one record for each.
 *
 * <p>The record is written in the transaction that holds the replayed question, so there is never
 * one without the other. The offsets of a consumer group would not do: Kafka forgets those of an
 * idle group after a week, while dead letters are kept for a month, and they cannot say that some
 * reasons have been replayed and others not.
 *
 * <p>The key is {@code TOPICID:PARTITION:OFFSET}, with the id that Kafka gives each topic: a dead
 * letter topic that was deleted and made again begins anew. The value is JSON for a person.
 */
public final class ReplayJournal {
  private static final TopicContract.Topic TOPIC =
      new TopicContract.Topic(
          1, Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));

  private final String topic;
  private final Uuid deadLetters;
  private final Map<Integer, Set<Long>> replayed = new HashMap<>();

  private ReplayJournal(String topic, Uuid deadLetters) {
    this.topic = topic;
    this.deadLetters = deadLetters;
  }

  /** The journal's topic: one for each application. */
  public static String topic(QuestreamConfig config) {
    return config.getString(QuestreamConfig.APPLICATION_ID) + "-dlq-replayed";
  }

  /**
   * Creates the topic unless it is there.
   *
   * @throws FatalException if it is there and would forget
   */
  static void prepare(QuestreamConfig config, Topics topics) {
    String topic = topic(config);
    if (topics.create(topic, TOPIC)) {
      return;
    }
    String policy = topics.setting(topic, TopicConfig.CLEANUP_POLICY_CONFIG);
    if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new FatalException(
          ExitCode.KAFKA,
          "topic %s must have cleanup.policy=compact, it has %s and would forget what has been replayed"
              .formatted(topic, policy));
    }
  }

  /** Reads what is committed; empty if nothing has been replayed yet. */
  public static ReplayJournal read(QuestreamConfig config, Topics topics) {
    ReplayJournal journal = empty(config, topics);
    if (topics.exists(journal.topic)) {
      journal.readAll(config);
    }
    return journal;
  }

  /**
   * Reads what is committed, from a topic that is known to be there: that one broker has not heard
   * of it yet must not make it look empty.
   */
  static ReplayJournal readPrepared(QuestreamConfig config, Topics topics) {
    ReplayJournal journal = empty(config, topics);
    journal.readAll(config);
    return journal;
  }

  private static ReplayJournal empty(QuestreamConfig config, Topics topics) {
    String deadLetters = config.getString(QuestreamConfig.DLQ_TOPIC);
    return new ReplayJournal(topic(config), topics.description(deadLetters).topicId());
  }

  private void readAll(QuestreamConfig config) {
    try (TopicScan scan = new TopicScan(config, topic)) {
      scan.forEachRemaining(record -> take(record.key(), record.value() != null));
    }
  }

  private void take(byte[] key, boolean there) {
    String[] parts = new String(key, StandardCharsets.UTF_8).split(":", -1);
    if (parts[0].equals(deadLetters.toString())) {
      Set<Long> offsets =
          replayed.computeIfAbsent(Integer.valueOf(parts[1]), partition -> new HashSet<>());
      Long offset = Long.valueOf(parts[2]);
      if (there) {
        offsets.add(offset);
      } else {
        offsets.remove(offset);
      }
    }
  }

  public boolean contains(DeadLetterPosition place) {
    return replayed.getOrDefault(place.partition(), Set.of()).contains(place.offset());
  }

  /** The record that says that a dead letter has been replayed. */
  ProducerRecord<byte[], byte[]> entry(DeadLetter letter, String target, long nowMs) {
    String value = "{\"to\":\"%s\",\"replayed_at_ms\":%d}".formatted(target, nowMs);
    return new ProducerRecord<>(topic, key(letter.place()), value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Records that delete what the journal need not know any more.
   *
   * @param beginnings the first offset that the dead letter topic still holds, by partition
   */
  List<ProducerRecord<byte[], byte[]>> expired(Map<Integer, Long> beginnings) {
    List<ProducerRecord<byte[], byte[]>> deletions = new ArrayList<>();
    replayed.forEach(
        (partition, offsets) ->
            offsets.stream()
                .filter(offset -> offset < beginnings.getOrDefault(partition, 0L))
                .map(offset -> key(new DeadLetterPosition(partition, offset)))
                .forEach(key -> deletions.add(new ProducerRecord<>(topic, key, null))));
    return deletions;
  }

  private byte[] key(DeadLetterPosition place) {
    return (deadLetters + ":" + place).getBytes(StandardCharsets.UTF_8);
  }
}
