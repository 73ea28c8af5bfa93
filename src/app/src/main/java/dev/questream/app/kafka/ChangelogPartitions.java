package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import dev.questream.topology.EmbeddingTopology;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps as many partitions in the changelogs of the stores as the questions topic has. Kafka
 * Streams itself ends for good when partitions are added to the questions topic.
 *
 * <p>To add is lossless: each task keeps its partition of all topics, and the new ones are empty.
 * To have more is not: then the questions topic was made anew, and what is pending is of another
 * one.
 *
 * <p><b>Threading:</b> safe for any thread, and for several instances at once.
 */
public final class ChangelogPartitions {
  private static final Logger LOG = LoggerFactory.getLogger(ChangelogPartitions.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** Brokers learn of a change one after the other. */
  private static final Duration SETTLING = Duration.ofSeconds(3);

  private static final Duration ALL_KNOW = Duration.ofMillis(500);

  private final QuestreamConfig config;
  private final String questions;
  private final List<String> changelogs;

  public ChangelogPartitions(QuestreamConfig config) {
    this.config = config;
    this.questions = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    this.changelogs = EmbeddingTopology.changelogs(config);
  }

  /**
   * Adds what is missing to the changelogs that are there.
   *
   * @throws FatalException if that is not allowed, or a changelog has more
   */
  public void match() {
    try (Admin admin = Topics.connect(config)) {
      matched(admin, 0);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  /**
   * Adds what is missing before partitions are shared out.
   *
   * @param known as a consumer remembers it, which may be from before
   * @return with all partitions of the questions topic
   * @throws FatalException if that is not allowed, or a changelog has more
   */
  public Cluster grow(Cluster known) {
    Admin connected;
    try {
      connected = Topics.connect(config);
    } catch (FatalException e) { // such as a token server that is away; the consumers go on
      return notLookedAt(known, e);
    }
    int partitions = known.partitionsForTopic(questions).size();
    try (Admin admin = connected) {
      return matched(admin, partitions).map(topic -> with(known, topic)).orElse(known);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RetriableException) {
        return notLookedAt(known, e.getCause());
      }
      throw failure(e.getCause());
    }
  }

  private Cluster notLookedAt(Cluster known, Throwable cause) {
    LOG.warn("The partitions of {} could not be looked at: {}", questions, cause.toString());
    return known;
  }

  /**
   * @param known number of partitions of the questions topic that there are at least
   * @return the questions topic, unless that or each changelog is missing
   */
  private Optional<TopicDescription> matched(Admin admin, int known) throws ExecutionException {
    Optional<TopicDescription> source = Optional.empty();
    for (String changelog : changelogs) {
      Optional<TopicDescription> matched = matched(admin, changelog, known);
      source = matched.isPresent() ? matched : source;
    }
    return source;
  }

  private Optional<TopicDescription> matched(Admin admin, String changelog, int known)
      throws ExecutionException {
    long end = System.nanoTime() + SETTLING.toNanos();
    boolean added = false;
    while (true) {
      Optional<TopicDescription> source = describe(admin, questions);
      Optional<TopicDescription> store = describe(admin, changelog);
      if (source.isEmpty() || store.isEmpty()) {
        return Optional.empty();
      }
      int wanted = source.get().partitions().size();
      int found = store.get().partitions().size();
      if (found == wanted && wanted >= known) {
        return source;
      }
      if (found < wanted && !added) {
        add(admin, changelog, found, wanted);
        added = true;
        pause(ALL_KNOW);
      } else if (System.nanoTime() > end) {
        throw differs(changelog, found, wanted);
      }
      pause(LOOK_AGAIN);
    }
  }

  private static Optional<TopicDescription> describe(Admin admin, String name)
      throws ExecutionException {
    try {
      return Optional.of(get(admin.describeTopics(List.of(name)).topicNameValues().get(name)));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void add(Admin admin, String changelog, int found, int wanted) throws ExecutionException {
    try {
      get(admin.createPartitions(Map.of(changelog, NewPartitions.increaseTo(wanted))).all());
      LOG.info(
          "Topic {} has {} partitions now: {} got as many, it had {}",
          questions,
          wanted,
          changelog,
          found);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RetriableException) {
        throw e;
      }
      if (!(e.getCause() instanceof InvalidPartitionsException)) { // another instance was quicker
        throw notAdded(changelog, found, wanted, e.getCause());
      }
    }
  }

  private FatalException notAdded(String changelog, int found, int wanted, Throwable cause) {
    return new FatalException(
        ExitCode.KAFKA,
        ("topic %s has %d partitions now, %s has %d, and Kafka at %s refuses to add the others: %s;"
                + " allow Alter on it (docs/secure.md), or let somebody run `kafka-topics.sh"
                + " --bootstrap-server %s --alter --topic %s --partitions %d`, then start again unless"
                + " it still runs; nothing is lost, and nothing must be reset")
            .formatted(
                questions,
                wanted,
                changelog,
                found,
                config.servers(),
                cause.getMessage(),
                config.servers(),
                changelog,
                wanted),
        cause);
  }

  private FatalException differs(String changelog, int found, int wanted) {
    return new FatalException(
        ExitCode.KAFKA,
        found > wanted
            ? ("%s has %d partitions, topic %s only %d: the questions topic was made anew, and what is"
                    + " pending is of the old one; take a new application.id, or run"
                    + " kafka-streams-application-reset.sh (docs/operate.md)")
                .formatted(changelog, found, questions, wanted)
            : "%s has %d partitions, topic %s %d, and brokers do not agree on it; start again"
                .formatted(changelog, found, questions, wanted));
  }

  private Cluster with(Cluster known, TopicDescription topic) {
    Map<TopicPartition, PartitionInfo> all = new HashMap<>();
    for (TopicPartitionInfo partition : topic.partitions()) {
      TopicPartition key = new TopicPartition(questions, partition.partition());
      if (known.partition(key) == null) {
        all.put(
            key,
            new PartitionInfo(
                questions,
                partition.partition(),
                partition.leader(),
                partition.replicas().toArray(Node[]::new),
                partition.isr().toArray(Node[]::new)));
      }
    }
    return known.withPartitions(all);
  }

  private FatalException failure(Throwable cause) {
    String topics = String.join(" and ", changelogs);
    return Refusal.of(cause, config.servers(), "topic " + topics)
        .orElseGet(
            () ->
                new FatalException(
                    ExitCode.KAFKA,
                    "the partitions of %s cannot be compared with those of %s at %s: %s"
                        .formatted(topics, questions, config.servers(), cause.getMessage()),
                    cause));
  }

  private static <T> T get(KafkaFuture<T> future) throws ExecutionException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
