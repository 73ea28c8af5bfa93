package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Uninterrupted;
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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Looks at the brokers and makes the topics that the contract asks for. */
public final class Topics implements AutoCloseable {
  private static final Duration VISIBLE_LIMIT = Duration.ofSeconds(10);

  private final QuestreamConfig config;
  private final Admin admin;

  /** Connects; whether a broker answers shows only at the first question. */
  public Topics(QuestreamConfig config) {
    this.config = config;
    this.admin = connect(config);
  }

  /**
   * Connects to a broker that answers.
   *
   * @throws FatalException that says why none does
   */
  public static Topics reached(QuestreamConfig config) {
    Brokers.require(config);
    return new Topics(config);
  }

  /**
   * An admin client.
   *
   * @throws FatalException if the settings are not usable, or there is no login by them
   */
  public static Admin connect(QuestreamConfig config) {
    try {
      return Admin.create(config.adminSettings());
    } catch (KafkaException e) {
      throw Refusal.of(e, config.servers())
          .orElseGet(
              () ->
                  new FatalException(
                      ExitCode.USAGE,
                      "the Kafka settings are not usable: " + Refusal.root(e).getMessage(),
                      e));
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
    Map<String, Set<AclOperation>> operations = new TreeMap<>();
    names.forEach(name -> operations.put(name, Set.of()));
    require(operations);
  }

  /**
   * Makes sure that a broker answers, these topics are there, and this user may do what he must.
   *
   * @param operations needed on each topic; what a broker does not tell is taken for allowed
   * @throws FatalException that says which is not
   */
  public void require(Map<String, Set<AclOperation>> operations) {
    Map<String, Optional<TopicDescription>> described = describe(operations.keySet());
    List<String> missing =
        described.keySet().stream().filter(name -> described.get(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new FatalException(
          ExitCode.KAFKA,
          "missing on %s: %s %s; make with `questream topics create --bootstrap-server %s`, or set other names"
              .formatted(
                  servers(),
                  missing.size() == 1 ? "topic" : "topics",
                  String.join(", ", missing),
                  servers()));
    }
    described.forEach((name, topic) -> requireAllowed(topic.orElseThrow(), operations.get(name)));
  }

  /** Each topic as the brokers describe it, empty if there is none of that name. */
  private Map<String, Optional<TopicDescription>> describe(Collection<String> names) {
    Map<String, Optional<TopicDescription>> described = new TreeMap<>();
    DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
    admin
        .describeTopics(names, options)
        .topicNameValues()
        .forEach(
            (name, future) -> {
              try {
                described.put(name, Optional.of(future.get()));
              } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                  throw failure(e.getCause(), name);
                }
                described.put(name, Optional.empty());
              } catch (InterruptedException e) {
                throw new InterruptException(e);
              }
            });
    return described;
  }

  private void requireAllowed(TopicDescription topic, Set<AclOperation> operations) {
    Set<AclOperation> missing = new TreeSet<>(operations);
    if (topic.authorizedOperations() != null) {
      missing.removeAll(topic.authorizedOperations());
      if (!missing.isEmpty()) {
        throw new FatalException(
            ExitCode.KAFKA,
            "Kafka at %s does not allow this user %s on topic %s; %s"
                .formatted(servers(), missing, topic.name(), Refusal.ADVICE));
      }
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
    awaitVisible(contract(config).keySet());
    return created;
  }

  /** A broker may learn of a new topic a moment after its creation was confirmed. */
  private void awaitVisible(Collection<String> created) {
    long end = System.nanoTime() + VISIBLE_LIMIT.toNanos();
    while (describe(created).containsValue(Optional.empty()) && System.nanoTime() < end) {
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
      throw failure(e.getCause(), name);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  public boolean exists(String name) {
    return describe(List.of(name)).get(name).isPresent();
  }

  /** The topic as the brokers describe it; it must be there. */
  public TopicDescription description(String name) {
    return get(admin.describeTopics(List.of(name)).topicNameValues().get(name), name);
  }

  /** A setting of a topic, the brokers' default included; the topic must be there. */
  public String setting(String name, String key) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    return get(admin.describeConfigs(List.of(resource)).values().get(resource), name)
        .get(key)
        .value();
  }

  private <T> T get(KafkaFuture<T> future, String topic) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause(), topic);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private FatalException failure(Throwable cause, String topic) {
    return Refusal.of(cause, servers(), "topic " + topic)
        .orElseGet(
            () ->
                new FatalException(
                    ExitCode.KAFKA,
                    "no answer from Kafka at %s: %s; check bootstrap.servers and the security settings"
                        .formatted(servers(), cause.getMessage()),
                    cause));
  }

  private String servers() {
    return config.servers();
  }

  @Override
  public void close() {
    Uninterrupted.run(admin::close);
  }
}
