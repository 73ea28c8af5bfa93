package dev.questream.processor;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;

/**
 * How records are read: which partitions not for now, because enough of them is pending, and how
 * long a stream thread waits for more. Several processors may read one partition: it is read again
 * when none of them holds it.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Intake {
  private static final Duration LONGEST_ROUND = Duration.ofSeconds(1);

  private final Map<TopicPartition, Set<Object>> holders = new ConcurrentHashMap<>();
  private final ThreadLocal<Pace> paces = ThreadLocal.withInitial(Pace::new);
  private final AtomicReference<Duration> round = new AtomicReference<>(LONGEST_ROUND);

  /** The pace of the calling stream thread. */
  Pace pace() {
    return paces.get();
  }

  /** Tells how often a processor looks for answers while something is pending. */
  void round(Duration interval) {
    round.accumulateAndGet(interval, (one, other) -> one.compareTo(other) < 0 ? one : other);
  }

  /** How long the calling stream thread waits for records, when it would wait for {@code most}. */
  Duration poll(Duration most) {
    return pace().poll(most, round.get());
  }

  void stop(TopicPartition partition, Object holder) {
    holders.compute(
        partition,
        (key, held) -> {
          Set<Object> all = held == null ? ConcurrentHashMap.newKeySet() : held;
          all.add(holder);
          return all;
        });
  }

  void resume(TopicPartition partition, Object holder) {
    holders.computeIfPresent(
        partition,
        (key, held) -> {
          held.remove(holder);
          return held.isEmpty() ? null : held;
        });
  }

  boolean isStopped(TopicPartition partition) {
    return holders.containsKey(partition);
  }
}
