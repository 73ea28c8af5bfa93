package dev.questream.processor;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Where a question was read.
 *
 * @param topic of the record
 * @param partition of the record
 * @param offset of the record
 * @param sibling 0, or how many questions an earlier processor made of the same record before this
 *     one
 */
record SourcePosition(String topic, int partition, long offset, int sibling) {

  /**
   * The position of the record that a processor is given.
   *
   * @param previous the position before it in the task, or null
   */
  static SourcePosition of(RecordMetadata metadata, SourcePosition previous) {
    SourcePosition first =
        new SourcePosition(metadata.topic(), metadata.partition(), metadata.offset(), 0);
    return first.sameRecord(previous) ? previous.nextSibling() : first;
  }

  private boolean sameRecord(SourcePosition other) {
    return other != null
        && offset == other.offset
        && partition == other.partition
        && topic.equals(other.topic);
  }

  private SourcePosition nextSibling() {
    return new SourcePosition(topic, partition, offset, sibling + 1);
  }

  TopicPartition topicPartition() {
    return new TopicPartition(topic, partition);
  }

  /**
   * The id of a question that has none. The same record always gets the same id, so that a replay
   * replaces and does not add.
   */
  String id() {
    String name = topic + "/" + partition + "/" + offset + (sibling == 0 ? "" : "/" + sibling);
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** For logs and error messages. */
  @Override
  public String toString() {
    return "%s-%d offset %d".formatted(topic, partition, offset);
  }
}
