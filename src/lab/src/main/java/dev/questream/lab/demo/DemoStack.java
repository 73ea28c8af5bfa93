package dev.questream.lab.demo;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Step;
import dev.questream.app.console.Uninterrupted;
import dev.questream.app.console.Versions;
import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.kafka.Topics;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.app.runtime.Resources;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.lab.retrieval.ExactIndex;
import dev.questream.lab.retrieval.Passage;
import dev.questream.model.Encoders;
import dev.questream.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that the demo runs on: a broker in a temporary folder, topics, an index of the passages, the
 * application, a producer and a consumer. Closing it stops everything and deletes the folder.
 */
final class DemoStack implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DemoStack.class);
  private static final long NEEDED_BYTES = 200L << 20;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Resources opened = new Resources();
  private final Console console;
  private final Path folder;
  private EmbeddedBroker broker;
  private QuestreamConfig config;
  private ExactIndex index;
  private QuestreamApplication application;
  private EmbeddingReader reader;
  private QuestionProducer producer;

  DemoStack(Console console) {
    this.console = console;
    this.folder = opened.add(temporaryFolder(), EmbeddedBroker::deleteFolder);
  }

  private static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("questream-demo-");
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < NEEDED_BYTES) {
        Files.delete(folder);
        throw new FatalException(
            ExitCode.ENVIRONMENT,
            "%s has %d MiB free, the demo needs %d; set JAVA_OPTS=-Djava.io.tmpdir=FOLDER"
                .formatted(folder.getParent(), free >> 20, NEEDED_BYTES >> 20));
      }
      return folder;
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT,
          "no temporary folder can be made: %s; set JAVA_OPTS=-Djava.io.tmpdir=FOLDER".formatted(e),
          e);
    }
  }

  /**
   * Starts everything, a step at a time.
   *
   * @param port for the broker, 0 for a free one
   * @param settings makes the configuration from what the demo itself sets
   * @param passageConfig the same, for the model that encodes passages
   */
  void start(
      int port,
      Function<Map<String, String>, QuestreamConfig> settings,
      Function<Map<String, String>, QuestreamConfig> passageConfig,
      List<Passage> passages) {
    startBroker(port);
    Map<String, String> own =
        Map.of(
            QuestreamConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
            QuestreamConfig.STATE_DIR, folder.resolve("state").toString());
    config = settings.apply(own);
    createTopics();
    indexPassages(passageConfig.apply(own), passages);
    startApplication(passages);
    reader = opened.add(new EmbeddingReader(config, ReadFrom.BEGINNING), EmbeddingReader::close);
    producer = opened.add(new QuestionProducer(config), QuestionProducer::close);
  }

  private void startBroker(int port) {
    try (Step step = console.step("starting a Kafka broker")) {
      broker =
          opened.add(
              Uninterrupted.get(() -> EmbeddedBroker.start(folder.resolve("broker"), port)),
              EmbeddedBroker::close);
      if (Thread.interrupted()) {
        throw new InterruptException("stopped while the broker was started");
      }
      step.done("Kafka %s broker on %s".formatted(Versions.kafka(), broker.bootstrapServers()));
    }
  }

  private void createTopics() {
    try (Step step = console.step("creating topics");
        Topics topics = new Topics(config)) {
      step.done("topics " + String.join(", ", topics.create()));
    }
  }

  private void indexPassages(QuestreamConfig passageConfig, List<Passage> passages) {
    try (Step step = console.step("opening the model and encoding passages");
        BatchingEncoder encoder = Encoders.open(passageConfig, EncoderRole.PASSAGE)) {
      List<CompletableFuture<Embedding>> futures =
          encoder.submit(
              passages.stream()
                  .map(passage -> EncoderInput.passage(passage.title(), passage.text()))
                  .toList());
      Provenance.Computation computed = encoder.info().provenance().computed();
      index =
          new ExactIndex(
              futures.stream()
                  .map(future -> computed.coordinates(future.join().vector()))
                  .toList());
      step.done("%d passages encoded by %s".formatted(passages.size(), encoder.info().modelId()));
    }
  }

  private void startApplication(List<Passage> passages) {
    try (Step step = console.step("starting the Kafka Streams application")) {
      application =
          opened.add(
              QuestreamApplication.start(
                  config,
                  observer -> Encoders.open(config, EncoderRole.QUESTION, observer),
                  new NearestPassages(index, passages)),
              QuestreamApplication::close);
      application.awaitRunning(START_LIMIT);
      BatchingEncoder encoder = application.encoder();
      EncoderInfo info = encoder.info();
      step.done(
          "application RUNNING: %s, %s, %s, %d workers on %s"
              .formatted(
                  info.modelId(),
                  info.provenance().computed().describeVector(),
                  info.precision().label(),
                  encoder.workers(),
                  encoder.hardware().name()));
    }
    application
        .httpAddress()
        .ifPresent(
            at -> console.err().printf("  ➜ live page  http://localhost:%d/%n", at.getPort()));
  }

  QuestreamConfig config() {
    return config;
  }

  ExactIndex index() {
    return index;
  }

  QuestreamApplication application() {
    return application;
  }

  EmbeddingReader reader() {
    return reader;
  }

  QuestionProducer producer() {
    return producer;
  }

  @Override
  public void close() {
    try {
      opened.close();
    } catch (RuntimeException e) {
      LOG.warn("A part of the demo did not stop cleanly", e);
    }
  }
}
