package dev.questream.lab.bench.stream;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.Brokers;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;

/** Topics of one measurement's own: made before it, deleted after it. */
final class BenchTopics implements AutoCloseable {
  private final QuestreamConfig config;
  private final Admin admin;

  private BenchTopics(QuestreamConfig config, Admin admin) {
    this.config = config;
    this.admin = admin;
  }

  /**
   * Makes them as the contract says, but for the number of partitions, and not compacted: every
   * record is a question of its own.
   *
   * @throws FatalException if the brokers do not
   */
  static BenchTopics create(QuestreamConfig config, int partitions) {
    Brokers.require(config);
    BenchTopics topics = new BenchTopics(config, Topics.connect(config));
    List<NewTopic> wanted = new ArrayList<>();
    Topics.contract(config)
        .forEach(
            (name, topic) -> {
              Map<String, String> settings = new HashMap<>(topic.config());
              settings.put("cleanup.policy", "delete");
              wanted.add(
                  new NewTopic(
                          name,
                          Optional.of(topic.partitions() == 1 ? 1 : partitions),
                          Optional.empty())
                      .configs(settings));
            });
    try {
      topics.await(topics.admin.createTopics(wanted).all());
      return topics;
    } catch (RuntimeException e) {
      topics.admin.close();
      throw e;
    }
  }

  private <T> T await(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new FatalException(
          ExitCode.KAFKA,
          ("the benchmark's topics could not be made or deleted on %s: %s; check bootstrap.servers and"
                  + " what its user may do")
              .formatted(
                  String.join(",", config.getList(QuestreamConfig.BOOTSTRAP_SERVERS)),
                  e.getCause().getMessage()),
          e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Deletes them, and what Kafka Streams made for the application. */
  @Override
  public void close() {
    try (admin) {
      Set<String> own = Topics.contract(config).keySet();
      String internal = config.getString(QuestreamConfig.APPLICATION_ID) + "-";
      List<String> gone =
          await(admin.listTopics().names()).stream()
              .filter(name -> own.contains(name) || name.startsWith(internal))
              .toList();
      await(admin.deleteTopics(gone).all());
    }
  }
}
