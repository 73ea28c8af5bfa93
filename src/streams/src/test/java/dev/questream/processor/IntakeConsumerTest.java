package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stopped partitions, and what Kafka Streams sees of them. */
class IntakeConsumerTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final Duration NOW = Duration.ZERO;
  private static final TopicPartition A = new TopicPartition("questions", 0);
  private static final TopicPartition B = new TopicPartition("questions", 1);
  private static final String TASK = "task";

  private final Intake intake = new Intake();
  private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("earliest");
  private final Consumer<byte[], byte[]> consumer = IntakeConsumer.of(kafka, intake);
  private final Map<TopicPartition, Long> written = new HashMap<>();

  @BeforeEach
  void subscribe() {
    consumer.subscribe(List.of("questions"));
    kafka.rebalance(List.of(A, B));
    kafka.updateBeginningOffsets(Map.of(A, 0L, B, 0L));
  }

  private void write(TopicPartition partition) {
    long offset = written.merge(partition, 1L, Long::sum) - 1;
    kafka.addRecord(
        new ConsumerRecord<>(partition.topic(), partition.partition(), offset, null, null));
  }

  private List<String> poll() {
    List<String> read = new ArrayList<>();
    consumer
        .poll(NOW)
        .forEach(each -> read.add((each.partition() == 0 ? "A" : "B") + each.offset()));
    return read;
  }

  @Test
  void shouldLeaveOutAStoppedPartitionAndReadItLater() {
    write(A);
    write(B);
    intake.stop(A, TASK);
    assertThat(poll()).containsExactly("B0");
    assertThat(consumer.paused()).as("what Kafka Streams sees").isEmpty();
    intake.resume(A, TASK);
    assertThat(poll()).containsExactly("A0");
  }

  @Test
  void shouldNotResumeWhatKafkaStreamsPaused() {
    write(A);
    consumer.pause(List.of(A));
    intake.stop(A, TASK);
    assertThat(poll()).isEmpty();
    assertThat(consumer.paused()).containsExactly(A);
    intake.resume(A, TASK);
    assertThat(poll()).as("paused by Kafka Streams still").isEmpty();
    consumer.resume(List.of(A));
    assertThat(poll()).containsExactly("A0");
  }

  @Test
  void shouldResumeAfterAPollThatFails() {
    intake.stop(A, TASK);
    kafka.setPollException(new KafkaException("no broker"));
    assertThatThrownBy(() -> consumer.poll(NOW)).hasMessage("no broker");
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void shouldLetAStoppedPartitionGoInARebalance() {
    intake.stop(A, TASK);
    kafka.schedulePollTask(
        () -> {
          kafka.rebalance(List.of(B));
          write(B);
        });
    assertThat(poll()).containsExactly("B0");
    assertThat(consumer.assignment()).containsExactly(B);
  }

  /** Kafka Streams pauses the partitions of a new task until its store is restored. */
  @Test
  void shouldLeaveAPartitionPausedThatCameBackInTheSameRebalance() {
    intake.stop(A, TASK);
    kafka.schedulePollTask(
        () -> {
          kafka.rebalance(List.of(B));
          intake.resume(A, TASK); // the task was closed
          kafka.rebalance(List.of(A, B));
          kafka.pause(List.of(A));
        });
    poll();
    assertThat(consumer.paused()).containsExactly(A);
  }

  @Test
  void shouldWaitForRecordsNoLongerThanAnswersMay() {
    Duration idle = Duration.ofMillis(20);
    Duration round = Duration.ofMillis(5);
    intake.round(idle);
    intake.round(round);
    assertThat(waited(idle)).as("nothing is pending").isEqualTo(idle);
    intake.pace().taskBusy();
    assertThat(waited(idle)).isEqualTo(round);
    assertThat(waited(NOW)).isEqualTo(NOW);
    intake.pace().taskAnswered();
    assertThat(waited(idle)).as("the answer is not committed").isEqualTo(round);
    assertThat(intake.pace().commit(0, 0)).isTrue();
    assertThat(waited(idle)).isEqualTo(idle);
  }

  private Duration waited(Duration asked) {
    consumer.poll(asked);
    return kafka.lastPollTimeout();
  }

  @Test
  void shouldPassOnAllElse() {
    consumer.close();
    assertThat(kafka.closed()).isTrue();
  }

  /** Whatever stops and pauses: each record once, in order, none of a stopped partition. */
  @Test
  void shouldReadEachRecordOnceAndInOrder() {
    Random random = new Random(SEED);
    Set<TopicPartition> paused = new HashSet<>(); // by Kafka Streams
    Map<TopicPartition, Long> read = new HashMap<>();
    for (int step = 0; step < 2_000; step++) {
      TopicPartition partition = random.nextBoolean() ? A : B;
      switch (random.nextInt(6)) {
        case 0 -> intake.stop(partition, TASK);
        case 1 -> intake.resume(partition, TASK);
        case 2 -> {
          consumer.pause(Set.of(partition));
          paused.add(partition);
        }
        case 3 -> {
          consumer.resume(Set.of(partition));
          paused.remove(partition);
        }
        case 4 -> write(partition);
        default -> pollInto(read, paused, step);
      }
    }
    List.of(A, B).forEach(each -> intake.resume(each, TASK));
    consumer.resume(List.of(A, B));
    pollInto(read, Set.of(), -1);
    assertThat(read).as("seed %d", SEED).isEqualTo(written);
  }

  private void pollInto(Map<TopicPartition, Long> read, Set<TopicPartition> paused, int step) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(NOW)) {
      TopicPartition from = new TopicPartition(record.topic(), record.partition());
      assertThat(paused).as("seed %d, step %d", SEED, step).doesNotContain(from);
      assertThat(intake.isStopped(from)).as("seed %d, step %d", SEED, step).isFalse();
      assertThat(record.offset())
          .as("seed %d, step %d", SEED, step)
          .isEqualTo(read.getOrDefault(from, 0L));
      read.put(from, record.offset() + 1);
    }
    assertThat(consumer.paused()).as("seed %d, step %d", SEED, step).isEqualTo(paused);
  }
}
