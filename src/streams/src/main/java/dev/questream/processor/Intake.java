package dev.questream.processor;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions of which nothing is to be read for now, because enough of them is pending. Several
 * processors may read one partition: it is read again when none of them holds it.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Intake {
  private final Map<TopicPartition, Set<Object>> holders = new ConcurrentHashMap<>();

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
