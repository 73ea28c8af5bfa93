package dev.questream.app.bench;

import dev.questream.app.runtime.EmbeddedBroker;
import dev.questream.app.runtime.Encoders;
import dev.questream.app.runtime.ExitCode;
import dev.questream.app.runtime.FatalException;
import dev.questream.app.runtime.QuestionProducer;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.BatchingEncoder;
import dev.questream.encoder.EncoderRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a measurement of the stream runs on, in this process: a broker unless there is one, its
 * topics, the application, a producer and a consumer. Closing it leaves nothing behind.
 */
final class StreamStack implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamStack.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private final ArrayDeque<AutoCloseable> opened = new ArrayDeque<>();
  private QuestreamConfig config;
  private QuestreamApplication application;
  private QuestionProducer producer;
  private CommittedReader reader;

  /**
   * What to set up.
   *
   * @param ownBroker whether to start a broker
   * @param free whether the encoder costs nothing
   * @param partitions of questions and embeddings
   */
  record Layout(boolean ownBroker, boolean free, int partitions) {}

  /**
   * Starts everything.
   *
   * @param settings makes the configuration from what the benchmark itself sets
   * @throws FatalException if something does not start
   */
  static StreamStack start(Layout layout, Function<Map<String, String>, QuestreamConfig> settings) {
    StreamStack stack = new StreamStack();
    try {
      stack.open(layout, settings);
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void open(Layout layout, Function<Map<String, String>, QuestreamConfig> settings) {
    Path folder = temporaryFolder();
    opened.push(() -> EmbeddedBroker.deleteFolder(folder));
    Map<String, String> own = ownNames(folder);
    if (layout.ownBroker()) {
      EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
      opened.push(broker);
      own.put(QuestreamConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    }
    config = settings.apply(own);
    opened.push(BenchTopics.create(config, layout.partitions()));
    Supplier<BatchingEncoder> encoder =
        layout.free()
            ? () -> Encoders.batching(config, new FreeBackend())
            : () -> Encoders.open(config, EncoderRole.QUESTION);
    application = QuestreamApplication.start(config, encoder);
    opened.push(application);
    application.awaitRunning(START_LIMIT);
    producer = new QuestionProducer(config);
    opened.push(producer);
    reader = new CommittedReader(config);
    opened.push(reader);
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("questream-bench-");
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "no temporary folder can be made: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> ownNames(Path folder) {
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

  QuestionProducer producer() {
    return producer;
  }

  CommittedReader reader() {
    return reader;
  }

  @Override
  public void close() {
    Thread.interrupted(); // closing must not be cut short by the signal that asks for it
    for (AutoCloseable part : opened) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("A part of the benchmark did not stop cleanly", e);
      }
    }
    opened.clear();
  }
}
