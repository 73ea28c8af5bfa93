package dev.questream.processor;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions of which nothing is to be read for now, because enough of them is pending.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Intake {
  private final Set<TopicPartition> stopped = ConcurrentHashMap.newKeySet();

  void stop(TopicPartition partition) {
    stopped.add(partition);
  }

  void resume(TopicPartition partition) {
    stopped.remove(partition);
  }

  boolean isStopped(TopicPartition partition) {
    return stopped.contains(partition);
  }
}
