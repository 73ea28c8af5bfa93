package dev.questream.app.runtime;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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
 * A Kafka Streams client from its start to its stop. A stream thread that dies of a fault that may
 * pass is replaced; a final one stops the client, and is kept.
 *
 * <p><b>Threading:</b> safe for any thread; hears of states and failures on threads of the client.
 */
final class StreamsLifecycle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamsLifecycle.class);

  /**
   * How Kafka Streams begins to say that another process holds the folder; it has no type of its
   * own.
   */
  private static final String LOCKED = "Unable to initialize state";

  private static final long PROVEN_NANOS = Duration.ofMinutes(1).toNanos();

  private final QuestreamConfig config;
  private final KafkaStreams streams;
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicReference<FatalException> failure = new AtomicReference<>();
  private final Set<Thread> dying = ConcurrentHashMap.newKeySet();
  private final Replacements replacements = new Replacements(this::addThread);
  private final BooleanSupplier answered;
  private final AtomicLong runningSince = new AtomicLong(); // 0 before

  /**
   * @param streams not yet started
   * @param answered whether it has, before
   */
  StreamsLifecycle(QuestreamConfig config, KafkaStreams streams, BooleanSupplier answered) {
    this.config = config;
    this.streams = streams;
    this.answered = answered;
    streams.setStateListener((state, previous) -> stateChanged(state));
    streams.setUncaughtExceptionHandler(this::uncaught);
  }

  private void stateChanged(State state) {
    if (state == State.RUNNING) {
      LOG.info(
          "RUNNING: {} of topic {} to {} and {}, {}, as {} on {}",
          partitions(activeTasks()),
          config.getString(QuestreamConfig.QUESTIONS_TOPIC),
          config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
          config.getString(QuestreamConfig.DLQ_TOPIC),
          config.exactlyOnce() ? "exactly once" : "at least once",
          config.getString(QuestreamConfig.APPLICATION_ID),
          config.servers());
      runningSince.compareAndSet(0, System.nanoTime());
      running.countDown();
    } else if (state == State.NOT_RUNNING || state == State.ERROR) {
      running.countDown();
      stopped.countDown();
    }
  }

  private static String partitions(int count) {
    return switch (count) {
      case 0 -> "no partition (others have them all)";
      case 1 -> "1 partition";
      default -> count + " partitions";
    };
  }

  /**
   * Runs on the thread that dies. To replace it at once would be Kafka's own way, but a fault of
   * the cluster would come again at once too. So what was thrown goes on: the thread gives back its
   * tasks and leaves the group, and a new one comes after a while.
   */
  private StreamThreadExceptionResponse uncaught(Throwable thrown) {
    if (mayGoOn(thrown)) {
      Thread thread = Thread.currentThread();
      dying.add(thread);
      thread.setUncaughtExceptionHandler((ended, known) -> dying.remove(ended));
      replacements.hurry(thread);
      throw thrown instanceof RuntimeException again ? again : new StreamsException(thrown);
    }
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** Says what happened, and sees to a new thread where that may help. */
  private boolean mayGoOn(Throwable thrown) {
    Fault fault = Fault.of(thrown, config, hadAllItNeeds());
    LOG.debug("The fault in full", thrown);
    if (fault.passing()) {
      LOG.warn("A stream thread ended: {}; {}", fault.line(), replacements.died());
    } else {
      failure.compareAndSet(null, fault.asFailure(thrown));
      LOG.error("Stopping: {}", fault.line());
    }
    return fault.passing();
  }

  /** Where no question came, a while of being in the group has to do. */
  private boolean hadAllItNeeds() {
    long since = runningSince.get();
    return answered.getAsBoolean() || since != 0 && System.nanoTime() - since > PROVEN_NANOS;
  }

  /** To make its clients can fail too, where a broker's name is not found for instance. */
  private void addThread() {
    try {
      streams.addStreamThread(); // adds none while the client stops
    } catch (RuntimeException | Error e) {
      if (!mayGoOn(e)) {
        streams.close(Duration.ZERO);
      }
    }
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
      if (String.valueOf(e.getMessage()).startsWith(LOCKED)) {
        throw new FatalException(
            ExitCode.ENVIRONMENT,
            "another process uses the state.dir, %s; give each instance its own"
                .formatted(e.getMessage().replaceFirst("(?s).*\\[(.*)\\].*", "$1")),
            e);
      }
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
    FatalException found = failure.get();
    if (found != null) {
      throw found;
    }
  }

  boolean hasFailed() {
    return failure.get() != null;
  }

  /**
   * Whether it has been RUNNING, and still is or shares out partitions anew. The client says so
   * without a single thread too.
   */
  boolean isRunning() {
    State state = streams.state();
    return (state == State.RUNNING || state == State.REBALANCING)
        && running.getCount() == 0
        && hasWorkingThread();
  }

  private boolean hasWorkingThread() {
    Set<String> ending = dying.stream().map(Thread::getName).collect(Collectors.toSet());
    return streams.metadataForLocalThreads().stream()
        .anyMatch(
            thread ->
                thread.threadState().equals("RUNNING") && !ending.contains(thread.threadName()));
  }

  /** Stream threads that were replaced. */
  long replacedThreads() {
    return replacements.replaced();
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
    replacements.close();
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
