package dev.questream.app.runtime;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.Refusal;
import dev.questream.app.kafka.Topics;
import dev.questream.app.page.Neighbours;
import dev.questream.app.tracing.Tracing;
import dev.questream.checkpoint.ModelException;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.BatchingEncoder;
import dev.questream.encoder.EncoderObserver;
import dev.questream.encoder.EncoderRole;
import dev.questream.model.Encoders;
import dev.questream.processor.EmbedObserver;
import dev.questream.serde.RegistryCheck;
import dev.questream.serde.SchemaRegistryException;
import dev.questream.topology.EmbeddingTopology;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application: an encoder and a Kafka Streams client on it.
 *
 * <p>What can be checked is checked before Kafka Streams starts: brokers, topics, registry, model.
 * After that a failure that Kafka Streams cannot mend stops the client, and {@link #awaitStopped}
 * throws it.
 */
public final class QuestreamApplication implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QuestreamApplication.class);
  private static final String GROUP_PROTOCOL = StreamsConfig.GROUP_PROTOCOL_CONFIG;

  private final QuestreamConfig config;
  private final BatchingEncoder encoder;
  private final KafkaStreams streams;
  private final Metrics metrics;
  private final Tracing tracing;
  private final HttpEndpoints http;
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private QuestreamApplication(
      QuestreamConfig config, BatchingEncoder encoder, Metrics metrics, Tracing tracing) {
    this.config = config;
    this.encoder = encoder;
    this.metrics = metrics;
    this.tracing = tracing;
    this.http = new HttpEndpoints(config);
    EmbedObserver observer =
        EmbedObserver.all(metrics.processor(), http.observer(), tracing.observer());
    this.streams = EmbeddingTopology.streams(config, streamsSettings(config), encoder, observer);
    streams.setStateListener((state, previous) -> stateChanged(state));
    streams.setUncaughtExceptionHandler(this::uncaught);
    metrics.observe(encoder, streams);
  }

  private static Properties streamsSettings(QuestreamConfig config) {
    Properties settings = config.streamsSettings();
    boolean classic = !"streams".equalsIgnoreCase(String.valueOf(settings.get(GROUP_PROTOCOL)));
    if (classic && !config.hasGroupInstanceId()) { // the newer protocol has no static members yet
      settings.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
          InstanceId.of(config));
    }
    return settings;
  }

  /**
   * Checks everything, opens the configured model and starts.
   *
   * @throws FatalException if Kafka, the registry or the settings do not allow it
   * @throws ModelException if the model cannot be used
   */
  public static QuestreamApplication start(QuestreamConfig config) {
    return start(config, observer -> Encoders.open(config, EncoderRole.QUESTION, observer));
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
    checkTopics(config);
    checkRegistry(config);
    Metrics metrics = new Metrics();
    BatchingEncoder encoder = open.apply(metrics.encoder());
    LOG.info("Encoder: {}", encoder.info());
    try {
      QuestreamApplication application =
          new QuestreamApplication(config, encoder, metrics, Tracing.open(config));
      application.http.open(application, metrics, neighbours);
      application.streams.start();
      return application;
    } catch (ConfigException | FatalException e) {
      encoder.close();
      throw e;
    } catch (RuntimeException e) {
      encoder.close();
      throw new FatalException(
          ExitCode.FAILED, "Kafka Streams could not be started: " + e.getMessage(), e);
    }
  }

  /** What the user may not do shows here, before a model is loaded, where brokers tell it. */
  private static void checkTopics(QuestreamConfig config) {
    try (Topics topics = new Topics(config)) {
      topics.requireAll();
      topics.require(
          List.of(config.getString(QuestreamConfig.QUESTIONS_TOPIC)), Set.of(AclOperation.READ));
      topics.require(
          List.of(
              config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
              config.getString(QuestreamConfig.DLQ_TOPIC)),
          Set.of(AclOperation.WRITE));
    }
  }

  private static void checkRegistry(QuestreamConfig config) {
    try {
      RegistryCheck.embeddings(
          config.serdeSettings(), config.getString(QuestreamConfig.EMBEDDINGS_TOPIC));
    } catch (SchemaRegistryException e) {
      throw new FatalException(ExitCode.KAFKA, e.getMessage(), e);
    }
  }

  private void stateChanged(State state) {
    if (state == State.RUNNING) {
      LOG.info("RUNNING");
      running.countDown();
    } else if (state == State.NOT_RUNNING || state == State.ERROR) {
      running.countDown();
      stopped.countDown();
    }
  }

  private StreamThreadExceptionResponse uncaught(Throwable thrown) {
    failure.compareAndSet(null, thrown);
    Optional<FatalException> refusal = Refusal.of(thrown, config.servers());
    if (refusal.isPresent()) { // its words say all; where in Kafka it came up helps nobody
      LOG.error("Stopping: {}", refusal.get().getMessage());
      LOG.debug("The refusal in full", thrown);
    } else {
      LOG.error("Stopping: {}", thrown.toString(), thrown);
    }
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /**
   * Waits until partitions are assigned and stores restored.
   *
   * @throws FatalException if that takes longer than {@code limit}, or the client stops
   */
  public void awaitRunning(Duration limit) {
    boolean done = await(running, limit);
    requireAlive();
    if (!done || streams.state() != State.RUNNING) {
      throw new FatalException(
          ExitCode.KAFKA,
          "Kafka Streams is %s after %d s, not RUNNING"
              .formatted(streams.state(), limit.toSeconds()));
    }
  }

  /**
   * Waits until the application has stopped, for whatever reason.
   *
   * @throws FatalException if it stopped because of a failure
   */
  public void awaitStopped() {
    await(stopped, Duration.ofNanos(Long.MAX_VALUE));
    requireAlive();
  }

  private static boolean await(CountDownLatch latch, Duration limit) {
    try {
      return latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Does nothing while the application works.
   *
   * @throws FatalException if it has stopped because of a failure
   */
  public void requireAlive() {
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw Refusal.of(thrown, config.servers())
          .orElseGet(() -> new FatalException(ExitCode.FAILED, describe(thrown), thrown));
    }
  }

  private static String describe(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof StreamsException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return "Kafka Streams stopped: " + cause;
  }

  /** The encoder, for its statistics. */
  public BatchingEncoder encoder() {
    return encoder;
  }

  public State state() {
    return streams.state();
  }

  /** Tasks that are assigned to this process and work: one for each partition of questions. */
  public int activeTasks() {
    return streams.metadataForLocalThreads().stream()
        .mapToInt(thread -> thread.activeTasks().size())
        .sum();
  }

  /** Whether it does its work: partitions are assigned, and the encoder answers. */
  public boolean isReady() {
    State state = streams.state();
    return (state == State.RUNNING || state == State.REBALANCING)
        && running.getCount() == 0
        && encoder.state().healthy();
  }

  /** Whether a restart would not help: it is starting, working or stopping. */
  public boolean isLive() {
    return failure.get() == null && encoder.state().healthy();
  }

  /** Where health and metrics are served; empty if {@code http.port} is not set. */
  public Optional<InetSocketAddress> httpAddress() {
    return http.address();
  }

  /** The figures that Kafka Streams and its clients keep of themselves. */
  public Map<MetricName, ? extends Metric> metrics() {
    return streams.metrics();
  }

  /**
   * Stops: commits what is answered, leaves the group, then closes the encoder. What is pending
   * stays in the store.
   *
   * <p>Leaving matters: the group would otherwise wait for this member until its session times out,
   * and a restart would stand still for so long. An instance that the user has named ({@code
   * instance.id}) stays: it is expected back under the same name.
   */
  @Override
  public void close() {
    Thread.interrupted(); // closing must not be cut short by the signal that asks for it
    CloseOptions options =
        CloseOptions.groupMembershipOperation(
                config.staticMember()
                    ? GroupMembershipOperation.REMAIN_IN_GROUP
                    : GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(config.duration(QuestreamConfig.SHUTDOWN_TIMEOUT_MS));
    if (!streams.close(options)) {
      LOG.warn("Kafka Streams did not stop in time; what is pending is taken up at the next start");
    }
    encoder.close();
    http.close();
    tracing.close();
    metrics.close();
    stopped.countDown();
  }
}
