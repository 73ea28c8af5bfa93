package dev.questream.lab.bench.stream;

import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Uninterrupted;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.Topics;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.topology.EmbeddingTopology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Measures the stream on questions that wait for it, with a model that costs nothing: ids that are
 * new, and the same again.
 */
final class UnchangedBench {
  private static final Duration START_LIMIT = Duration.ofMinutes(30); // restores a large store
  private static final long STALL_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final String TASKS = "questream-task-metrics";
  private static final int WARM_UP = 10; // a tenth of all ids

  private final int ids;
  private final int partitions;
  private final boolean ownBroker;
  private final Consumer<String> progress;
  private final Runnable closing;
  private QuestreamConfig config;
  private long sent;

  UnchangedBench(
      int ids, int partitions, boolean ownBroker, Consumer<String> progress, Runnable closing) {
    this.ids = ids;
    this.partitions = partitions;
    this.ownBroker = ownBroker;
    this.progress = progress;
    this.closing = closing;
  }

  UnchangedResult run(SettingsOptions settings) {
    MachineFacts machine = MachineFacts.current();
    Path folder = StreamStack.temporaryFolder();
    try (EmbeddedBroker broker =
        ownBroker
            ? Uninterrupted.get(() -> EmbeddedBroker.start(folder.resolve("broker"), 0))
            : null) {
      Map<String, String> own = new HashMap<>(StreamStack.ownNames(folder));
      if (broker != null) {
        own.put(QuestreamConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers());
      }
      if (!settings.named().containsKey(QuestreamConfig.UNCHANGED)) {
        own.put(QuestreamConfig.UNCHANGED, "skip");
      }
      config = settings.config(own);
      try (BenchTopics topics = BenchTopics.create(config, partitions);
          Admin admin = Topics.connect(config)) {
        return measure(admin, machine, settings.named());
      }
    } finally {
      closing.run();
      EmbeddedBroker.deleteFolder(folder);
    }
  }

  private UnchangedResult measure(Admin admin, MachineFacts machine, Map<String, String> named) {
    List<UnchangedResult.Pass> passes = new ArrayList<>();
    int warmUp = ids / WARM_UP;
    pass(admin, "warm-up", 0, warmUp);
    passes.add(pass(admin, "new ids", warmUp, ids));
    passes.add(pass(admin, "again", warmUp, ids));
    long storeBytes = storeBytes();
    long changelogBytes = changelogBytes(admin);
    progress.accept("restart");
    double restart = restartSeconds();
    EmbeddedBroker.deleteFolder(stateFolder());
    progress.accept("restart with an empty state.dir");
    double restore = restartSeconds();
    return new UnchangedResult(
        "unchanged",
        ids,
        partitions,
        named,
        machine,
        MachineFacts.load(),
        passes,
        storeBytes,
        changelogBytes,
        restart,
        restore);
  }

  /** Sends questions while the application is down, then takes the time that it needs for them. */
  private UnchangedResult.Pass pass(Admin admin, String name, int from, int to) {
    progress.accept(name + ": %,d questions".formatted(to - from));
    send(from, to);
    try (QuestreamApplication application = BenchApplication.start(config, true)) {
      application.awaitRunning(START_LIMIT);
      long start = System.nanoTime();
      await(admin, application);
      double seconds = (System.nanoTime() - start) / 1e9;
      long skipped = (long) sum(application, "skipped-total");
      return new UnchangedResult.Pass(name, to - from, skipped, (to - from) / seconds);
    }
  }

  private void send(int from, int to) {
    AtomicReference<Exception> refused = new AtomicReference<>();
    try (QuestionProducer producer = new QuestionProducer(config)) {
      for (int i = from; i < to; i++) {
        producer.send("id-" + i, "What is the answer to question %d ?".formatted(i), refused::set);
      }
    }
    if (refused.get() != null) {
      throw new FatalException(
          ExitCode.FAILED, "a question was not taken: " + refused.get().getMessage());
    }
    sent += to - from;
  }

  private void await(Admin admin, QuestreamApplication application) {
    long read = -1;
    long progressed = System.nanoTime();
    while (true) {
      application.requireAlive();
      long now = committed(admin);
      if (now == sent && sum(application, "pending") == 0) {
        return;
      }
      progressed = now == read ? progressed : System.nanoTime();
      read = now;
      if (System.nanoTime() - progressed > STALL_NANOS) {
        throw new FatalException(
            ExitCode.FAILED,
            "nothing is read any more; %d of %d questions are".formatted(read, sent));
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }

  private long committed(Admin admin) {
    return get(
            admin
                .listConsumerGroupOffsets(config.getString(QuestreamConfig.APPLICATION_ID))
                .partitionsToOffsetAndMetadata())
        .values()
        .stream()
        .mapToLong(offset -> offset == null ? 0 : offset.offset())
        .sum();
  }

  private static double sum(QuestreamApplication application, String name) {
    return application.metrics().entrySet().stream()
        .filter(entry -> entry.getKey().group().equals(TASKS))
        .filter(entry -> entry.getKey().name().equals(name))
        .mapToDouble(entry -> ((Number) entry.getValue().metricValue()).doubleValue())
        .sum();
  }

  private double restartSeconds() {
    long start = System.nanoTime();
    try (QuestreamApplication application = BenchApplication.start(config, true)) {
      application.awaitRunning(START_LIMIT);
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private Path stateFolder() {
    return Path.of(config.getString(QuestreamConfig.STATE_DIR));
  }

  private long storeBytes() {
    try (Stream<Path> files = Files.walk(stateFolder())) {
      return files
          .filter(file -> file.toString().contains(EmbeddingTopology.DIGESTS))
          .filter(Files::isRegularFile)
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long changelogBytes(Admin admin) {
    List<Integer> brokers = get(admin.describeCluster().nodes()).stream().map(Node::id).toList();
    return get(admin.describeLogDirs(brokers).allDescriptions()).values().stream()
        .flatMap(folders -> folders.values().stream())
        .flatMap(folder -> folder.replicaInfos().entrySet().stream())
        .filter(replica -> replica.getKey().topic().contains(EmbeddingTopology.DIGESTS))
        .mapToLong(replica -> replica.getValue().size())
        .sum();
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new FatalException(
          ExitCode.KAFKA, "Kafka does not answer: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
