package dev.questream.app.runtime;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.Refusal;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka Streams client from its start to its stop. A failure that it cannot mend stops it, and is
 * kept.
 *
 * <p><b>Threading:</b> safe for any thread; hears of states and failures on threads of the client.
 */
final class StreamsLifecycle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamsLifecycle.class);

  private final QuestreamConfig config;
  private final KafkaStreams streams;
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /**
   * @param streams not yet started
   */
  StreamsLifecycle(QuestreamConfig config, KafkaStreams streams) {
    this.config = config;
    this.streams = streams;
    streams.setStateListener((state, previous) -> stateChanged(state));
    streams.setUncaughtExceptionHandler(this::uncaught);
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

  void start() {
    starting(
        () -> {
          streams.start();
          return streams;
        });
  }

  /**
   * Makes or starts a client.
   *
   * @throws FatalException if that fails, unless it is the settings' fault
   */
  static KafkaStreams starting(Supplier<KafkaStreams> step) {
    try {
      return step.get();
    } catch (ConfigException | FatalException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new FatalException(
          ExitCode.FAILED, "Kafka Streams could not be started: " + e.getMessage(), e);
    }
  }

  /**
   * Waits until partitions are assigned and stores restored.
   *
   * @throws FatalException if that takes longer than {@code limit}, or the client stops
   */
  void awaitRunning(Duration limit) {
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
   * Waits until the client has stopped, for whatever reason.
   *
   * @throws FatalException if it stopped because of a failure
   */
  void awaitStopped() {
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
   * Does nothing while nothing has failed.
   *
   * @throws FatalException that says what has
   */
  void requireAlive() {
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

  boolean hasFailed() {
    return failure.get() != null;
  }

  /** Whether it has been RUNNING, and still is or shares out partitions anew. */
  boolean isRunning() {
    State state = streams.state();
    return (state == State.RUNNING || state == State.REBALANCING) && running.getCount() == 0;
  }

  State state() {
    return streams.state();
  }

  /** Tasks that are assigned to this process and work. */
  int activeTasks() {
    return streams.metadataForLocalThreads().stream()
        .mapToInt(thread -> thread.activeTasks().size())
        .sum();
  }

  Map<MetricName, ? extends Metric> metrics() {
    return streams.metrics();
  }

  /**
   * Commits what is answered and leaves the group.
   *
   * <p>Leaving matters: the group would otherwise wait for this member until its session times out,
   * and a restart would stand still for so long. An instance that the user has named ({@code
   * instance.id}) stays: it is expected back under the same name.
   */
  @Override
  public void close() {
    CloseOptions options =
        CloseOptions.groupMembershipOperation(
                config.staticMember()
                    ? GroupMembershipOperation.REMAIN_IN_GROUP
                    : GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(config.duration(QuestreamConfig.SHUTDOWN_TIMEOUT_MS));
    try {
      if (!streams.close(options)) {
        LOG.warn(
            "Kafka Streams did not stop in time; what is pending is taken up at the next start");
      }
    } finally {
      stopped.countDown();
    }
  }
}
