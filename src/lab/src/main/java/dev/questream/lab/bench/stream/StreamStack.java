package dev.questream.lab.bench.stream;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Uninterrupted;
import dev.questream.app.kafka.CommittedReader;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.app.runtime.Resources;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a measurement of the stream runs on: a broker unless there is one, its topics, the
 * application, a producer and a consumer, all in this process, and further processes of the
 * application if there are to be some. Closing it leaves nothing behind.
 */
final class StreamStack implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamStack.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private final Runnable closing;
  private final Resources opened = new Resources();
  private QuestreamConfig config;
  private QuestreamApplication application;
  private Companions companions;
  private QuestionProducer producer;
  private CommittedReader reader;

  private StreamStack(Runnable closing) {
    this.closing = closing;
  }

  /**
   * What to set up.
   *
   * @param ownBroker whether to start a broker
   * @param free whether the encoder costs nothing
   * @param partitions of questions and embeddings
   * @param processes that run the application, this one among them
   */
  record Layout(boolean ownBroker, boolean free, int partitions, int processes) {}

  /**
   * Starts everything.
   *
   * @param settings makes the configuration from what the benchmark itself sets
   * @param closing told before anything is closed: from then on no signal may interrupt
   * @throws FatalException if something does not start
   */
  static StreamStack start(
      Layout layout, Function<Map<String, String>, QuestreamConfig> settings, Runnable closing) {
    StreamStack stack = new StreamStack(closing);
    try {
      stack.open(layout, settings);
      return stack;
    } catch (RuntimeException | Error e) {
      stack.close();
      throw e;
    }
  }

  private void open(Layout layout, Function<Map<String, String>, QuestreamConfig> settings) {
    Path folder = temporaryFolder();
    opened.add(folder, EmbeddedBroker::deleteFolder);
    Map<String, String> own = ownNames(folder);
    if (layout.ownBroker()) {
      EmbeddedBroker broker =
          Uninterrupted.get(() -> EmbeddedBroker.start(folder.resolve("broker"), 0));
      opened.add(broker, EmbeddedBroker::close);
      requireNoSignal();
      own.put(QuestreamConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    }
    config = settings.apply(own);
    opened.add(BenchTopics.create(config, layout.partitions()), BenchTopics::close);
    application =
        opened.add(BenchApplication.start(config, layout.free()), QuestreamApplication::close);
    application.awaitRunning(START_LIMIT);
    companions = opened.add(new Companions(layout), Companions::close);
    companions.start(config, folder);
    companions.awaitShared(application);
    producer = opened.add(new QuestionProducer(config), QuestionProducer::close);
    reader =
        opened.add(
            new CommittedReader(
                config,
                ReadFrom.BEGINNING,
                List.of(
                    config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
                    config.getString(QuestreamConfig.DLQ_TOPIC))),
            CommittedReader::close);
  }

  private static void requireNoSignal() {
    if (Thread.interrupted()) {
      throw new InterruptException("stopped while the broker was started");
    }
  }

  static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("questream-bench-");
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "no temporary folder can be made: " + e.getMessage(), e);
    }
  }

  static Map<String, String> ownNames(Path folder) {
    String name = "questream-bench-" + UUID.randomUUID().toString().substring(0, 8);
    Map<String, String> own = new HashMap<>();
    own.put(QuestreamConfig.APPLICATION_ID, name);
    own.put(QuestreamConfig.QUESTIONS_TOPIC, name + "-questions");
    own.put(QuestreamConfig.EMBEDDINGS_TOPIC, name + "-embeddings");
    own.put(QuestreamConfig.DLQ_TOPIC, name + "-dlq");
    own.put(QuestreamConfig.STATE_DIR, folder.resolve("state").toString());
    own.put("streams.metrics.sample.window.ms", Long.toString(StageSampler.WINDOW_MS));
    return own;
  }

  QuestreamConfig config() {
    return config;
  }

  QuestreamApplication application() {
    return application;
  }

  /**
   * Does nothing while all processes of the application work.
   *
   * @throws FatalException if one has stopped
   */
  void requireAlive() {
    application.requireAlive();
    companions.requireAlive();
  }

  QuestionProducer producer() {
    return producer;
  }

  CommittedReader reader() {
    return reader;
  }

  @Override
  public void close() {
    closing.run();
    try {
      opened.close();
    } catch (RuntimeException e) {
      LOG.warn("A part of the benchmark did not stop cleanly", e);
    }
  }
}
