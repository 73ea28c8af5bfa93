package dev.questream.app.runtime;

import dev.questream.app.console.FatalException;
import dev.questream.app.page.Neighbours;
import dev.questream.app.tracing.Tracing;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderObserver;
import dev.questream.model.Encoders;
import dev.questream.processor.EmbedObserver;
import dev.questream.weights.ModelException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application: an encoder and a Kafka Streams client on it.
 *
 * <p>What can be checked is checked before Kafka Streams starts: brokers, topics, registry, model.
 * After that it waits for what passes, and only what no restart mends stops it: {@link
 * #awaitStopped} throws that.
 */
public final class QuestreamApplication implements InstanceStatus, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QuestreamApplication.class);

  private final Resources resources;
  private final Metrics metrics;
  private final HttpEndpoints http;
  private final BatchingEncoder encoder;
  private final WorkReport report;
  private final StreamsLifecycle streams;

  /**
   * Opens everything, and starts nothing yet.
   *
   * @param resources takes each part as soon as it is open
   */
  private QuestreamApplication(QuestreamConfig config, Parts parts, Resources resources) {
    this.resources = resources;
    this.metrics = resources.add(parts.metrics(), Metrics::close);
    Tracing tracing = resources.add(parts.tracing(), Tracing::close);
    this.http = resources.add(new HttpEndpoints(config), HttpEndpoints::close);
    this.encoder = resources.add(parts.encoder(metrics.encoder()), BatchingEncoder::close);
    LOG.info("Model: {}", encoder.describe());
    FirstAnswer firstAnswer = new FirstAnswer();
    this.report = resources.add(new WorkReport(), WorkReport::close);
    EmbedObserver observer =
        EmbedObserver.all(
            metrics.processor(), http.observer(), tracing.observer(), report, firstAnswer);
    KafkaStreams client = StreamsLifecycle.starting(() -> parts.streams(encoder, observer));
    this.streams =
        resources.add(
            new StreamsLifecycle(config, client, firstAnswer::isSettled), StreamsLifecycle::close);
    metrics.observe(encoder);
    metrics.observe(client);
    metrics.observe(streams);
  }

  /**
   * Checks everything, opens the configured model and starts.
   *
   * @throws FatalException if Kafka, the registry or the settings do not allow it
   * @throws ModelException if the model cannot be used
   */
  public static QuestreamApplication start(QuestreamConfig config) {
    return start(config, observer -> Encoders.open(config, observer));
  }

  /**
   * Checks everything and starts with an encoder of the caller's making.
   *
   * @param open makes the encoder, once everything else is found to be right; the application
   *     closes it
   * @throws FatalException if Kafka, the registry or the settings do not allow it
   */
  public static QuestreamApplication start(
      QuestreamConfig config, Function<EncoderObserver, BatchingEncoder> open) {
    return start(config, open, Neighbours.NONE);
  }

  /**
   * The same.
   *
   * @param neighbours finds passages for the questions that are asked on the live page
   */
  public static QuestreamApplication start(
      QuestreamConfig config,
      Function<EncoderObserver, BatchingEncoder> open,
      Neighbours neighbours) {
    Preflight.check(config);
    return start(config, new ConfiguredParts(config, open), neighbours);
  }

  /** Starts, or throws and leaves nothing open. */
  static QuestreamApplication start(QuestreamConfig config, Parts parts, Neighbours neighbours) {
    Resources resources = new Resources();
    try {
      QuestreamApplication application = new QuestreamApplication(config, parts, resources);
      application.http.open(application, application.metrics, neighbours);
      resources.add(application.http, HttpEndpoints::finish);
      application.streams.start();
      application.report.start(new FigureSource(application)::lag);
      resources.add(new TopicWatch(config), TopicWatch::close);
      resources.add(new NativeMemory(), NativeMemory::close);
      return application;
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  /**
   * Waits until partitions are assigned and stores restored.
   *
   * @throws FatalException if that takes longer than {@code limit}, or the client stops
   */
  public void awaitRunning(Duration limit) {
    streams.awaitRunning(limit);
  }

  /**
   * Waits until the application has stopped, for whatever reason.
   *
   * @throws FatalException if it stopped because of a failure
   */
  public void awaitStopped() {
    streams.awaitStopped();
  }

  /**
   * Does nothing while the application works.
   *
   * @throws FatalException if it has stopped because of a failure
   */
  public void requireAlive() {
    streams.requireAlive();
  }

  @Override
  public BatchingEncoder encoder() {
    return encoder;
  }

  @Override
  public State state() {
    return streams.state();
  }

  /** Tasks that are assigned to this process and work: one for each partition of questions. */
  public int activeTasks() {
    return streams.activeTasks();
  }

  @Override
  public boolean isReady() {
    return streams.isRunning() && encoder.state().healthy();
  }

  @Override
  public boolean isLive() {
    return !streams.hasFailed() && encoder.state().healthy();
  }

  /** Where health and metrics are served; empty if {@code http.port} is not set. */
  public Optional<InetSocketAddress> httpAddress() {
    return http.address();
  }

  @Override
  public Map<MetricName, ? extends Metric> metrics() {
    return streams.metrics();
  }

  /**
   * Stops: commits what is answered, leaves the group, then closes the encoder and the rest. What
   * is pending stays in the store.
   */
  @Override
  public void close() {
    resources.close();
  }
}
