package dev.questream.it.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Kafka Connect's standalone worker as a process of its own, with the settings of {@code
 * deploy/connect/connect-standalone.properties}; only addresses and folders are others.
 *
 * <p>The profile {@code connect-it} puts the worker and the plugins below {@code
 * questream.it.folder}.
 */
final class ConnectWorker implements AutoCloseable {
  private static final Path CONNECT =
      Path.of(System.getProperty("questream.it.folder", "target/it"), "connect").toAbsolutePath();
  private static final Path SETTINGS =
      Repository.path("deploy/connect/connect-standalone.properties");
  private static final Duration LIMIT = Duration.ofSeconds(300);
  private static final Duration WORK_LIMIT = Duration.ofSeconds(240);
  private static final int LOG_TAIL = 60;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path log;
  private final int port;
  private final Process process;

  private ConnectWorker(Path log, int port, Process process) {
    this.log = log;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts a worker and waits until it answers.
   *
   * @param version of Kafka Connect
   * @param folder for its settings and its log, which goes on from start to start
   * @param plugins folders of plugins that it looks through, which takes it most of its start
   * @param environment what {@code ${env:NAME}} in connectors stands for
   * @param connectors configurations that it starts with, as files
   */
  static ConnectWorker start(
      String version,
      Path folder,
      String bootstrapServers,
      List<String> plugins,
      Map<String, String> environment,
      Path... connectors)
      throws IOException {
    int port = freePort();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Path libraries = CONNECT.resolve("worker-" + version);
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-cp", libraries + "/*"));
    command.add("org.apache.kafka.connect.cli.ConnectStandalone");
    command.add(settings(folder, bootstrapServers, plugins, port).toString());
    for (Path connector : connectors) {
      command.add(connector.toAbsolutePath().toString());
    }
    Path log = folder.resolve("connect.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    ConnectWorker worker = new ConnectWorker(log, port, builder.start());
    try {
      worker.awaitAnswer();
      return worker;
    } catch (RuntimeException | AssertionError e) {
      worker.kill();
      throw e;
    }
  }

  private static Path settings(Path folder, String bootstrapServers, List<String> plugins, int port)
      throws IOException {
    Properties settings = new Properties();
    try (var reader = Files.newBufferedReader(SETTINGS)) {
      settings.load(reader);
    }
    Map<String, String> here =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "listeners",
            "http://127.0.0.1:" + port,
            "plugin.path",
            pluginPath(folder, plugins).toString(),
            "offset.storage.file.filename",
            folder.resolve("connect.offsets").toString());
    assertThat(settings.stringPropertyNames()).containsAll(here.keySet());
    settings.putAll(here);
    Path file = folder.resolve("connect.properties");
    try (var writer = Files.newBufferedWriter(file)) {
      settings.store(writer, null);
    }
    return file;
  }

  private static Path pluginPath(Path folder, List<String> plugins) throws IOException {
    Path path = Files.createDirectories(folder.resolve("plugins"));
    for (String plugin : plugins) {
      if (!Files.exists(path.resolve(plugin))) {
        Files.createSymbolicLink(path.resolve(plugin), CONNECT.resolve("plugins").resolve(plugin));
      }
    }
    return path;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitAnswer() {
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("Connect has ended:\n" + logTail());
              }
              return answers();
            });
  }

  private boolean answers() throws InterruptedException {
    try {
      return request("GET", "/connectors", null).statusCode() == 200;
    } catch (UncheckedIOException e) {
      return false; // not up yet
    }
  }

  /** A request to its REST API; {@code body} is JSON, or null for none. */
  HttpResponse<String> request(String method, String path, String body)
      throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address() + path))
            .header("Content-Type", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .timeout(Duration.ofSeconds(90))
            .build();
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Host and port of its REST API. */
  String address() {
    return "localhost:" + port;
  }

  /** Makes a connector of a file, with the command that docs/connect.md gives. */
  void create(Path file) throws IOException, InterruptedException {
    Command.run("bash", "-c", DocumentedCommands.create(file.toString(), address()));
  }

  /**
   * Waits for what a connector does to its store. The store is watched, not the state of the task,
   * which reads RUNNING for a while after it has failed.
   *
   * @throws AssertionError if a task fails meanwhile, or it takes too long
   */
  void await(String connector, Callable<Boolean> condition) {
    try {
      Awaitility.await()
          .pollInterval(Duration.ofMillis(250))
          .atMost(WORK_LIMIT)
          .until(
              () -> {
                requireRunning(connector);
                return condition.call();
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(e.getMessage() + "\n" + logTail(), e);
    }
  }

  /**
   * Does nothing while a connector's tasks work, or have not been made yet.
   *
   * @throws AssertionError if one has failed, with its trace
   */
  void requireRunning(String connector) throws IOException, InterruptedException {
    JsonNode status =
        JSON.readTree(request("GET", "/connectors/" + connector + "/status", null).body());
    for (JsonNode task : status.path("tasks")) {
      if (task.path("state").asText().equals("FAILED")) {
        throw new AssertionError(
            "a task of %s has failed: %s".formatted(connector, task.path("trace").asText()));
      }
    }
  }

  /** Waits until it has kept how far a source has come; before, a killed one begins anew. */
  void awaitOffsets(String connector) {
    Awaitility.await()
        .atMost(WORK_LIMIT)
        .until(
            () ->
                !JSON.readTree(request("GET", "/connectors/" + connector + "/offsets", null).body())
                    .path("offsets")
                    .isEmpty());
  }

  /** Asks for a state of a connector: {@code stop}, {@code resume} ... */
  void put(String connector, String state) throws InterruptedException {
    HttpResponse<String> answer = request("PUT", "/connectors/" + connector + "/" + state, null);
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
  }

  /** Lets a stopped connector go on at an offset of its topic. */
  void setOffset(String connector, String topic, int partition, long offset)
      throws InterruptedException {
    String body =
        """
        {"offsets": [{"partition": {"kafka_topic": "%s", "kafka_partition": %d},
                      "offset": {"kafka_offset": %d}}]}
        """
            .formatted(topic, partition, offset);
    Awaitility.await() // refused until its tasks have gone
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              HttpResponse<String> answer =
                  request("PATCH", "/connectors/" + connector + "/offsets", body);
              assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            });
  }

  /** The last lines that it wrote. */
  String logTail() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
  }

  /** Ends it at once, as a crash would. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Asks it to stop, and waits. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      kill();
    }
  }
}
