package dev.questream.lab.bench.stream;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * Averages Kafka Streams' ratios over a time. Each is a figure of the last moments ({@code
 * metrics.sample.window.ms}), so it is looked at again and again.
 */
final class StageSampler {
  /** The window of Kafka Streams' metrics that fits the interval of sampling. */
  static final long WINDOW_MS = 500;

  /** Kafka Streams' metrics of its threads. */
  static final String GROUP = "stream-thread-metrics";

  private static final long INTERVAL_NANOS = WINDOW_MS * 1_000_000;

  private final Supplier<Map<MetricName, ? extends Metric>> metrics;
  private final Map<String, Double> sums = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private long next;

  /**
   * @param from when to look first, by {@link System#nanoTime()}
   */
  StageSampler(Supplier<Map<MetricName, ? extends Metric>> metrics, long from) {
    this.metrics = metrics;
    this.next = from + INTERVAL_NANOS;
  }

  /** Looks if it is time to. */
  void at(long now) {
    if (now - next < 0) {
      return;
    }
    next = now + INTERVAL_NANOS;
    metrics
        .get()
        .forEach(
            (name, metric) -> {
              if (name.group().equals(GROUP)
                  && name.name().endsWith("-ratio")
                  && metric.metricValue() instanceof Double value
                  && Double.isFinite(value)) {
                sums.merge(name.name(), value, Double::sum);
                counts.merge(name.name(), 1, Integer::sum);
              }
            });
  }

  /** The mean of a ratio over all threads and looks; 0 before the first. */
  double mean(String ratio) {
    return sums.getOrDefault(ratio, 0.0) / counts.getOrDefault(ratio, 1);
  }
}
