package dev.questream.app.kafka;

import dev.questream.config.QuestreamConfig;
import dev.questream.processor.TopicLimits;
import dev.questream.topology.EmbeddingTopology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The largest record that each topic takes, as the brokers and the producer's own settings say now.
 * Where a broker does not tell, it is Kafka's default.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class BrokerLimits implements Supplier<TopicLimits> {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLimits.class);
  private static final Duration KEPT = Duration.ofSeconds(1); // all tasks of a start ask at once
  private static final long KAFKAS_DEFAULT = 1_048_588;

  private final QuestreamConfig config;
  private final List<ConfigResource> topics;
  private TopicLimits last;
  private long readNanos;

  /** Asks nothing yet. */
  public BrokerLimits(QuestreamConfig config) {
    this.config = config;
    this.topics =
        Stream.of(
                EmbeddingTopology.changelog(config),
                config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
                config.getString(QuestreamConfig.DLQ_TOPIC))
            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
            .toList();
  }

  @Override
  public synchronized TopicLimits get() {
    long nowNanos = System.nanoTime();
    if (last == null || nowNanos - readNanos > KEPT.toNanos()) {
      last = read();
      readNanos = nowNanos;
      LOG.debug("Limits of the topics: {}", last);
    }
    return last;
  }

  private TopicLimits read() {
    try (Admin admin = Topics.connect(config)) {
      Map<ConfigResource, KafkaFuture<Config>> answers = admin.describeConfigs(topics).values();
      List<Long> limits =
          topics.stream().map(topic -> limit(topic.name(), answers.get(topic))).toList();
      return new TopicLimits(limits.get(0), limits.get(1), limits.get(2));
    }
  }

  private long limit(String topic, KafkaFuture<Config> answer) {
    return Math.min(config.maxRequestBytes(), topicLimit(topic, answer));
  }

  private static long topicLimit(String topic, KafkaFuture<Config> answer) {
    try {
      return Long.parseLong(answer.get().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Long.MAX_VALUE; // it will be made as it has to be
      }
      LOG.warn(
          "max.message.bytes of topic {} is not known ({}): a record of more than {} bytes is taken"
              + " to be too large for it",
          topic,
          e.getCause().getMessage(),
          KAFKAS_DEFAULT);
      return KAFKAS_DEFAULT;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
