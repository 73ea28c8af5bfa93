package dev.questream.app.kafka;

import dev.questream.config.QuestreamConfig;
import dev.questream.processor.TopicLimits;
import dev.questream.topology.EmbeddingTopology;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The largest record that each topic takes, as the brokers and the producer's own settings say now.
 * Where this user may not ask, it is Kafka's default.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class BrokerLimits implements Supplier<TopicLimits> {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLimits.class);
  private static final Duration KEPT = Duration.ofSeconds(1); // all tasks of a start ask at once
  private static final long KAFKAS_DEFAULT = 1_048_588;

  private final QuestreamConfig config;
  private final List<ConfigResource> topics;
  private final long producerLimit;
  private final Map<String, Long> known = new HashMap<>();
  private TopicLimits last;
  private long readNanos;

  /** Asks nothing yet. */
  public BrokerLimits(QuestreamConfig config) {
    this.config = config;
    this.producerLimit = config.maxRequestBytes();
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
    return Math.min(producerLimit, topicLimit(topic, answer));
  }

  private long topicLimit(String topic, KafkaFuture<Config> answer) {
    try {
      long limit = Long.parseLong(answer.get().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
      known.put(topic, limit);
      return limit;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Long.MAX_VALUE; // it will be made as it has to be
      }
      if (e.getCause() instanceof AuthorizationException) {
        return notAllowed(topic);
      }
      if (known.containsKey(topic)) {
        return known.get(topic);
      }
      throw new KafkaException(
          "max.message.bytes of topic %s is not known: %s"
              .formatted(topic, e.getCause().getMessage()),
          e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private long notAllowed(String topic) {
    if (known.put(topic, KAFKAS_DEFAULT) == null) {
      LOG.info(
          "This user has no right DescribeConfigs on topic {}: more than {} bytes are taken to be too"
              + " large for it",
          topic,
          KAFKAS_DEFAULT);
    }
    return KAFKAS_DEFAULT;
  }
}
