package dev.questream.lab.chaos;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.process.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The processes of a run: one controller, some brokers and some applications, each with a folder
 * that survives its process.
 *
 * <p><b>Threading:</b> one thread.
 */
final class Cluster implements AutoCloseable {
  private static final Duration BROKER_LIMIT = Duration.ofSeconds(60);

  /**
   * Under the range that systems take for outgoing connections: none may hold the port meanwhile.
   */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 32_000;

  private final Path folder;
  private final Journal journal;
  private final int replicas;
  private final List<Integer> ports;
  private final int controllerPort = freePort();
  private final String clusterId = Uuid.randomUuid().toString();
  private final List<Instance> instances = new ArrayList<>();
  private final Thread hook = new Thread(this::killAll, "chaos-kill-children");
  private final List<Child> brokers = new CopyOnWriteArrayList<>();
  private volatile Child controller;
  private int endedByThemselves;

  Cluster(ChaosOptions options, Path folder, Journal journal) {
    this.folder = folder;
    this.journal = journal;
    this.replicas = options.replicas();
    this.ports = IntStream.range(0, options.brokers()).mapToObj(i -> freePort()).toList();
    List<String> encoder =
        options.applications().realModel()
            ? List.of()
            : options.applications().standIn().toArguments();
    for (int i = 1; i <= options.applications().instances(); i++) {
      instances.add(new Instance(i, folder, settings(options), encoder));
    }
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private static int freePort() {
    for (int i = 0; i < 1000; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        continue; // taken; try another
      }
    }
    throw new FatalException(
        ExitCode.ENVIRONMENT,
        "no free port between %d and %d on loopback".formatted(FIRST_PORT, LAST_PORT));
  }

  /**
   * Short sessions, so that the dead are noticed soon and a run holds many faults; short calls, so
   * that the stand-in's hangs cost it its workers.
   */
  Map<String, String> settings(ChaosOptions options) {
    Map<String, String> settings = new HashMap<>();
    settings.put(QuestreamConfig.BOOTSTRAP_SERVERS, bootstrapServers());
    settings.put(QuestreamConfig.APPLICATION_ID, "chaos");
    if (options.applications().realModel()) {
      settings.put(QuestreamConfig.PRECISION, "fp32");
    } else {
      settings.put(QuestreamConfig.WORKERS, "3");
      settings.put(QuestreamConfig.CALL_TIMEOUT_MS, "1500");
    }
    settings.put("consumer." + ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "6000");
    settings.put("consumer." + ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, "1000");
    settings.put(
        "streams." + StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG,
        Integer.toString(options.applications().standbys()));
    if (options.atLeastOnce()) {
      settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, options.guarantee());
    }
    if (options.applications().standIn().sabotage().ofRecords()) {
      settings.put("producer.interceptor.classes", Saboteur.class.getName());
      settings.put(
          "producer." + Saboteur.SABOTAGE, options.applications().standIn().sabotage().name());
      settings.put("producer." + Saboteur.TOPIC, "embeddings");
    }
    settings.putAll(options.applications().settings());
    return settings;
  }

  String bootstrapServers() {
    return ports.stream().map(port -> "localhost:" + port).collect(Collectors.joining(","));
  }

  List<Instance> instances() {
    return instances;
  }

  /** Those where a process is meant to run. */
  List<Instance> running() {
    return instances.stream().filter(Instance::up).toList();
  }

  /** Those where none is meant to run. */
  List<Instance> absent() {
    return instances.stream().filter(instance -> !instance.up()).toList();
  }

  /** Starts the controller, which lives as long as the run, and the brokers. */
  void start() {
    controller =
        startServer(ChaosBroker.Role.CONTROLLER, ChaosBroker.CONTROLLER_NODE, controllerPort);
    for (int i = 0; i < ports.size(); i++) {
      brokers.add(startBroker(i));
    }
  }

  private Child startBroker(int index) {
    return startServer(ChaosBroker.Role.BROKER, index + 1, ports.get(index));
  }

  /**
   * SIGKILL of a broker, long enough for the controller to notice, and its start on its folder.
   *
   * @param random chooses which
   */
  void restartBroker(SplittableRandom random) {
    int index = random.nextInt(ports.size());
    brokers.get(index).kill();
    try {
      Thread.sleep(ChaosBroker.NOTICED.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    brokers.set(index, startBroker(index));
  }

  /** Lets a broker stand still for a while. */
  void suspendBroker(SplittableRandom random, Duration time) {
    brokers.get(random.nextInt(ports.size())).suspend(time);
  }

  private Child startServer(ChaosBroker.Role role, int node, int port) {
    String name = role.label() + "-" + node;
    Path temporary = folder.resolve(name + "-tmp");
    Path log = folder.resolve(name + ".log");
    try {
      Files.createDirectories(temporary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> arguments =
        List.of(
            role.name(),
            Integer.toString(node),
            folder.resolve(name).toString(),
            Integer.toString(port),
            Integer.toString(controllerPort),
            clusterId,
            Integer.toString(replicas));
    Child server =
        Child.start(ChaosBroker.class, ChildOptions.of(role.heapMiB(), temporary), log, arguments);
    if (!server.awaitReady(BROKER_LIMIT)) {
      throw new FatalException(
          ExitCode.ENVIRONMENT,
          "the %s was not ready after %d s; its log is %s"
              .formatted(name, BROKER_LIMIT.toSeconds(), log));
    }
    return server;
  }

  /** Starts applications again that have ended by themselves, as a supervisor would. */
  void tend() {
    for (Child broker : brokers) {
      if (!broker.alive()) {
        throw new FatalException(
            ExitCode.FAILED,
            "a broker ended by itself with status %d; its log is in %s"
                .formatted(broker.status(), folder));
      }
    }
    for (Instance instance : running()) {
      if (instance.ended()) {
        endedByThemselves++;
        journal.note(
            "%s ended by itself with status %d, started again", instance.name(), instance.status());
        instance.start();
      }
    }
  }

  /** How often an application ended without being told to. */
  int endedByThemselves() {
    return endedByThemselves;
  }

  private void killAll() {
    for (Instance instance : instances) {
      if (instance.up()) {
        instance.kill();
      }
    }
    brokers.forEach(Child::kill);
    if (controller != null) {
      controller.kill();
    }
  }

  @Override
  public void close() {
    killAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      journal.note("this process is ending; its children are killed");
    }
  }
}
