package dev.questream.app.runtime;

import dev.questream.app.kafka.Topics;
import dev.questream.app.thread.DaemonScheduler;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when a topic is missing that the application needs, and when it is there again. Kafka's
 * clients wait for it, and say so only in words of their own.
 *
 * <p><b>Threading:</b> looks on a thread of its own.
 */
final class TopicWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);
  private static final long EVERY_SECONDS = 5;
  private static final int REMIND = 12; // every minute

  private final Set<String> topics;
  private final Admin admin;
  private final Map<String, Integer> missing = new HashMap<>(); // how many looks ago
  private final ScheduledExecutorService looking = DaemonScheduler.named("questream-topic-watch");

  TopicWatch(QuestreamConfig config) {
    this.topics = Topics.contract(config).keySet();
    this.admin = Topics.connect(config);
    looking.scheduleWithFixedDelay(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    try {
      for (var topic : admin.describeTopics(topics).topicNameValues().entrySet()) {
        try {
          topic.getValue().get();
          there(topic.getKey());
        } catch (ExecutionException e) {
          if (e.getCause() instanceof UnknownTopicOrPartitionException) {
            gone(topic.getKey());
          } else {
            LOG.debug("Topic {} cannot be looked at", topic.getKey(), e);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) { // of the client, and it would be the last look
      LOG.debug("Topics cannot be looked at", e);
    }
  }

  private void gone(String topic) {
    if ((missing.merge(topic, 1, Integer::sum) - 1) % REMIND == 0) {
      LOG.warn(
          "The topic {} is missing; what needs it waits until it is made again (topics create)",
          topic);
    }
  }

  private void there(String topic) {
    if (missing.remove(topic) != null) {
      LOG.info("The topic {} is there again", topic);
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
    admin.close(Duration.ZERO);
  }
}
