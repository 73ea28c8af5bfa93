package dev.questream.processor;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes a consumer leave out stopped partitions, and wait for records no longer than answers may: a
 * finished future wakes nobody. Kafka Streams has no such hook of its own: a processor that has
 * enough could only block the thread, and with it all other tasks.
 *
 * <p>Partitions are paused for the length of a poll, so that Kafka Streams, which pauses and
 * resumes for reasons of its own, never sees it.
 *
 * <p><b>Threading:</b> belongs to one stream thread.
 */
final class IntakeConsumer {
  private final Consumer<byte[], byte[]> consumer;
  private final Intake intake;

  private IntakeConsumer(Consumer<byte[], byte[]> consumer, Intake intake) {
    this.consumer = consumer;
    this.intake = intake;
  }

  /** The consumer, with a poll that leaves out what the intake has stopped. */
  static Consumer<byte[], byte[]> of(Consumer<byte[], byte[]> consumer, Intake intake) {
    IntakeConsumer intakeConsumer = new IntakeConsumer(consumer, intake);
    return InterceptedClient.of(
        Consumer.class,
        consumer,
        "poll",
        arguments -> intakeConsumer.poll((Duration) arguments[0]));
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    Set<TopicPartition> held = stopped();
    held.removeAll(consumer.paused()); // by Kafka Streams, which will resume them
    consumer.pause(held);
    try {
      return consumer.poll(intake.poll(timeout));
    } finally {
      held.retainAll(stopped()); // what was revoked and given anew in the poll is not ours any more
      consumer.resume(held);
    }
  }

  private Set<TopicPartition> stopped() {
    Set<TopicPartition> stopped = new HashSet<>();
    for (TopicPartition partition : consumer.assignment()) {
      if (intake.isStopped(partition)) {
        stopped.add(partition);
      }
    }
    return stopped;
  }
}
