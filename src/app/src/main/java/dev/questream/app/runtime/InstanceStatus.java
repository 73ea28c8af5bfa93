package dev.questream.app.runtime;

import dev.questream.encoder.batching.BatchingEncoder;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams.State;

/** What the HTTP endpoints ask of the instance that they speak for. */
interface InstanceStatus {
  State state();

  /** Whether a restart would not help: it is starting, working or stopping. */
  boolean isLive();

  /** Whether it does its work: partitions are assigned, and the encoder answers. */
  boolean isReady();

  /** The encoder, for its state and statistics. */
  BatchingEncoder encoder();

  /** The figures that Kafka Streams and its clients keep of themselves. */
  Map<MetricName, ? extends Metric> metrics();
}
