package dev.questream.app.deadletter;

import dev.questream.app.kafka.Topics;
import dev.questream.serde.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.header.Headers;

/**
 * The topic that dead letters go back to.
 *
 * @param topic its name
 * @param partitions how many it has
 * @param maxAgeMs how old a record may be, in milliseconds, so that it is taken and kept; negative:
 *     as old as it likes
 * @param anySource whether it takes dead letters of other topics too
 */
public record ReplayTarget(String topic, int partitions, long maxAgeMs, boolean anySource) {

  /**
   * Looks at the topic.
   *
   * @param anySource whether it takes dead letters of other topics too
   */
  public static ReplayTarget of(Topics topics, String topic, boolean anySource) {
    return new ReplayTarget(
        topic, topics.description(topic).partitions().size(), maxAgeMs(topics, topic), anySource);
  }

  private static long maxAgeMs(Topics topics, String topic) {
    long taken =
        Long.parseLong(topics.setting(topic, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG));
    boolean deletes =
        topics
            .setting(topic, TopicConfig.CLEANUP_POLICY_CONFIG)
            .contains(TopicConfig.CLEANUP_POLICY_DELETE);
    long kept =
        deletes ? Long.parseLong(topics.setting(topic, TopicConfig.RETENTION_MS_CONFIG)) : -1;
    return kept < 0 ? taken : Math.min(kept, taken);
  }

  boolean accepts(DeadLetter letter) {
    return letter.source().map(source -> anySource || source.topic().equals(topic)).orElse(false);
  }

  /**
   * The record as it was before it died: key, value, headers, timestamp, and, in the topic that it
   * came from, partition. Two headers say that it is a replay.
   *
   * <p>A record older than {@link #maxAgeMs} gets the present time instead of its own: the broker
   * might delete it before it is read, or refuse it. So does one from the future, or without a
   * time: the broker would refuse it.
   */
  ProducerRecord<byte[], byte[]> record(DeadLetter letter, long nowMs) {
    Headers headers = DeadLetterHeaders.withoutAdded(letter.record().headers());
    headers.add(DeadLetterHeaders.REPLAY_COUNT, utf8(Integer.toString(letter.replays() + 1)));
    headers.add(
        DeadLetterHeaders.REPLAY_FROM,
        utf8(
            new DeadLetter.Source(
                    letter.record().topic(), letter.record().partition(), letter.record().offset())
                .toString()));
    long timestamp = letter.sourceTimestampMs();
    return new ProducerRecord<>(
        topic,
        partition(letter.source()),
        isTaken(timestamp, nowMs) ? Long.valueOf(timestamp) : Long.valueOf(nowMs),
        letter.record().key(),
        letter.record().value(),
        headers);
  }

  private boolean isTaken(long timestampMs, long nowMs) {
    return timestampMs >= 0
        && timestampMs <= nowMs
        && (maxAgeMs < 0 || nowMs - timestampMs <= maxAgeMs);
  }

  /** Null: by the key. */
  private Integer partition(Optional<DeadLetter.Source> source) {
    return source
        .filter(from -> from.topic().equals(topic) && from.partition() < partitions)
        .map(DeadLetter.Source::partition)
        .orElse(null);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
