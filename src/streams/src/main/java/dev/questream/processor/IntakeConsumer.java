package dev.questream.processor;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer that leaves out stopped partitions. Kafka Streams has no such hook of its own: a
 * processor that has enough could only block the thread, and with it all other tasks.
 *
 * <p>Partitions are paused for the length of a poll, so that Kafka Streams, which pauses and
 * resumes for reasons of its own, never sees it.
 *
 * <p><b>Threading:</b> belongs to one stream thread.
 */
final class IntakeConsumer extends KafkaConsumer<byte[], byte[]> {
  private final Intake intake;

  IntakeConsumer(Map<String, Object> config, Intake intake) {
    super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.intake = intake;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    Set<TopicPartition> held = stopped();
    held.removeAll(paused()); // by Kafka Streams, which will resume them
    pause(held);
    try {
      return super.poll(timeout);
    } finally {
      held.retainAll(stopped()); // what was revoked and given anew in the poll is not ours any more
      resume(held);
    }
  }

  private Set<TopicPartition> stopped() {
    Set<TopicPartition> stopped = new HashSet<>();
    for (TopicPartition partition : assignment()) {
      if (intake.isStopped(partition)) {
        stopped.add(partition);
      }
    }
    return stopped;
  }
}
