package dev.questream.app.runtime;

import dev.questream.config.QuestreamConfig;
import dev.questream.topology.TopicContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Looks at the brokers and makes the topics that the contract asks for. */
public final class Topics implements AutoCloseable {
  private static final Duration VISIBLE_LIMIT = Duration.ofSeconds(10);

  private final QuestreamConfig config;
  private final Admin admin;

  /** Connects; whether a broker answers shows only at the first question. */
  public Topics(QuestreamConfig config) {
    this.config = config;
    try {
      this.admin = Admin.create(config.adminSettings());
    } catch (KafkaException e) {
      throw new FatalException(
          ExitCode.USAGE, "the Kafka settings are not usable: " + rootMessage(e), e);
    }
  }

  /** The topics by their configured names, with what the contract says of them. */
  public static Map<String, TopicContract.Topic> contract(QuestreamConfig config) {
    TopicContract contract = TopicContract.load();
    Map<String, TopicContract.Topic> topics = new LinkedHashMap<>();
    topics.put(config.getString(QuestreamConfig.QUESTIONS_TOPIC), contract.questions());
    topics.put(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC), contract.embeddings());
    topics.put(config.getString(QuestreamConfig.DLQ_TOPIC), contract.deadLetters());
    return topics;
  }

  /**
   * Makes sure that a broker answers and all topics are there.
   *
   * @throws FatalException that says which is not
   */
  public void requireAll() {
    require(contract(config).keySet());
  }

  /**
   * Makes sure that a broker answers and these topics are there.
   *
   * @throws FatalException that says which is not
   */
  public void require(Collection<String> names) {
    Set<String> missing = new TreeSet<>(names);
    missing.removeAll(get(admin.listTopics().names()));
    if (!missing.isEmpty()) {
      throw new FatalException(
          ExitCode.KAFKA,
          "missing on %s: %s %s; make with `questream topics create`, or set other names"
              .formatted(
                  servers(), missing.size() == 1 ? "topic" : "topics", String.join(", ", missing)));
    }
  }

  /**
   * Creates the topics that are missing.
   *
   * @return the names of those that were created
   */
  public List<String> create() {
    List<String> created = new ArrayList<>();
    contract(config)
        .forEach(
            (name, topic) -> {
              if (create(name, topic)) {
                created.add(name);
              }
            });
    awaitVisible(created);
    return created;
  }

  /** A broker may learn of a new topic a moment after its creation was confirmed. */
  private void awaitVisible(List<String> created) {
    long end = System.nanoTime() + VISIBLE_LIMIT.toNanos();
    while (!get(admin.listTopics().names()).containsAll(created) && System.nanoTime() < end) {
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }

  /**
   * Creates a topic unless it is there.
   *
   * @return whether it was created
   */
  public boolean create(String name, TopicContract.Topic topic) {
    NewTopic newTopic =
        new NewTopic(name, Optional.of(topic.partitions()), Optional.empty())
            .configs(topic.config());
    try {
      admin.createTopics(List.of(newTopic)).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  public boolean exists(String name) {
    return get(admin.listTopics().names()).contains(name);
  }

  /** The topic as the brokers describe it; it must be there. */
  public TopicDescription description(String name) {
    return get(admin.describeTopics(List.of(name)).topicNameValues().get(name));
  }

  /** A setting of a topic, the brokers' default included; the topic must be there. */
  public String setting(String name, String key) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    return get(admin.describeConfigs(List.of(resource)).values().get(resource)).get(key).value();
  }

  private <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private FatalException failure(Throwable cause) {
    return new FatalException(
        ExitCode.KAFKA,
        "no answer from Kafka at %s: %s; check bootstrap.servers and the security settings"
            .formatted(servers(), cause.getMessage()),
        cause);
  }

  private String servers() {
    return String.join(",", config.getList(QuestreamConfig.BOOTSTRAP_SERVERS));
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage();
  }

  @Override
  public void close() {
    admin.close();
  }
}
