package dev.questream.app.runtime;

import io.micrometer.core.instrument.config.MeterFilter;
import java.util.Set;

/**
 * Those of Kafka's own metrics that an operator reads: is it keeping up, do its threads live, does
 * it commit, do sends fail. All of them are two thousand lines a scrape.
 */
final class KafkaMeters {
  private static final String KAFKA = "kafka.";

  private static final Set<String> READ =
      Set.of(
          "kafka.consumer.coordinator.assigned.partitions",
          "kafka.consumer.coordinator.rebalance.total",
          "kafka.consumer.fetch.manager.records.consumed.total",
          "kafka.consumer.fetch.manager.records.lag.max",
          "kafka.producer.record.error.total",
          "kafka.producer.record.retry.total",
          "kafka.producer.record.send.total",
          "kafka.stream.alive.stream.threads",
          "kafka.stream.failed.stream.threads",
          "kafka.stream.thread.commit.latency.avg",
          "kafka.stream.thread.commit.total");

  private KafkaMeters() {}

  /** Keeps the others out of a registry. */
  static MeterFilter filter() {
    return MeterFilter.deny(id -> id.getName().startsWith(KAFKA) && !READ.contains(id.getName()));
  }
}
