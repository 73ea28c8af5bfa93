package dev.questream.app.runtime;

import dev.questream.app.page.Figures;
import dev.questream.encoder.batching.EncoderStatistics;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** Asks the encoder and Kafka's own metrics for the page. */
final class FigureSource implements Figures.Source {
  private static final String LAG = "records-lag";

  private final InstanceStatus instance;

  FigureSource(InstanceStatus instance) {
    this.instance = instance;
  }

  @Override
  public EncoderStatistics encoder() {
    return instance.encoder().statistics();
  }

  @Override
  public int workers() {
    return instance.encoder().workers();
  }

  /**
   * The sum over the partitions of the questions topic; the consumer knows no lag before it reads.
   */
  @Override
  public double lag() {
    double sum = Double.NaN;
    for (Metric metric : instance.metrics().values()) {
      if (isLag(metric.metricName()) && metric.metricValue() instanceof Double lag && lag >= 0) {
        sum = (Double.isNaN(sum) ? 0 : sum) + lag;
      }
    }
    return sum;
  }

  private static boolean isLag(MetricName name) {
    String client = name.tags().get("client-id");
    return name.name().equals(LAG)
        && name.tags().containsKey("partition")
        && client != null
        && !client.endsWith("-restore-consumer");
  }
}
