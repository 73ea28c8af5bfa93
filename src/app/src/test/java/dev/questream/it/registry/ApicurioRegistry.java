package dev.questream.it.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Apicurio Registry, as a process on a port of the loopback address; its schemas lie in a file, so
 * that it knows them again after a restart.
 *
 * <p>The profile {@code connect-it} unpacks the server below {@code questream.it.folder}.
 */
public final class ApicurioRegistry implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int LOG_TAIL = 30;

  private final Path folder;
  private final Path log;
  private final int port;
  private final int tlsPort;
  private final Map<String, String> settings;
  private Process process;

  private ApicurioRegistry(Path folder, Map<String, String> settings) {
    this.folder = folder;
    this.log = folder.resolve("apicurio.log");
    this.port = freePort();
    this.tlsPort = freePort();
    this.settings = settings;
  }

  /**
   * Starts a registry and waits until it answers.
   *
   * @param folder for its data and its log
   * @throws IllegalStateException if it does not answer in time; with the end of its log
   */
  public static ApicurioRegistry start(Path folder) {
    return start(folder, Map.of());
  }

  /** The same with https beside http, by a key in PKCS12. */
  public static ApicurioRegistry startWithTls(Path folder, Path keyStore, String password) {
    String certificate = "quarkus.http.ssl.certificate.";
    return start(
        folder,
        Map.of(
            certificate + "key-store-file",
            keyStore.toString(),
            certificate + "key-store-file-type",
            "PKCS12",
            certificate + "key-store-password",
            password));
  }

  private static ApicurioRegistry start(Path folder, Map<String, String> settings) {
    ApicurioRegistry registry = new ApicurioRegistry(folder, settings);
    registry.start();
    return registry;
  }

  /** Where it speaks the Confluent REST API. */
  public String confluentUrl() {
    return baseUrl() + "/apis/ccompat/v7";
  }

  /** The same over https, if it has a key. */
  public String confluentTlsUrl() {
    return "https://localhost:" + tlsPort + "/apis/ccompat/v7";
  }

  /** Where it speaks the API of its own that Apicurio's converters of version 2 know. */
  public String nativeUrl() {
    return baseUrl() + "/apis/registry/v2";
  }

  /** Server without path. */
  public String baseUrl() {
    return "http://localhost:" + port;
  }

  /** What lies under a path of the server. */
  public String get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(baseUrl() + path)).build());
  }

  /** Sends JSON to a path of the server with PUT. */
  public String put(String path, String json) throws IOException, InterruptedException {
    return send(withBody("PUT", path, json));
  }

  /** Sends JSON to a path of the server with POST. */
  public String post(String path, String json) throws IOException, InterruptedException {
    return send(withBody("POST", path, json));
  }

  private HttpRequest withBody(String method, String path, String json) {
    return HttpRequest.newBuilder(URI.create(baseUrl() + path))
        .header("Content-Type", "application/json")
        .method(method, HttpRequest.BodyPublishers.ofString(json))
        .build();
  }

  private static String send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          "%s: %d %s".formatted(request, response.statusCode(), response.body()));
    }
    return response.body();
  }

  /** Stops it, if it runs, and starts it again on the same port with the same data. */
  public void restart() {
    stop();
    start();
  }

  /** Starts it again after {@link #stop}. */
  public void start() {
    try {
      process =
          new ProcessBuilder(command())
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      awaitAnswer();
    } catch (RuntimeException e) {
      stop();
      throw e;
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dquarkus.http.host=127.0.0.1");
    command.add("-Dquarkus.http.port=" + port);
    command.add("-Dquarkus.http.ssl-port=" + tlsPort);
    command.add("-Dapicurio.datasource.url=jdbc:h2:file:" + folder.resolve("apicurio-data"));
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-jar", serverJar().toString()));
    return command;
  }

  private static Path serverJar() {
    Path unpacked = Path.of(System.getProperty("questream.it.folder", "target/it"), "apicurio");
    try (Stream<Path> files = Files.list(unpacked)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no *-runner.jar in " + unpacked))
          .toAbsolutePath();
    } catch (IOException e) {
      throw new IllegalStateException(
          "no registry in %s; run these tests with mvn verify -Pconnect-it".formatted(unpacked), e);
    }
  }

  private void awaitAnswer() {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers()) {
      if (!process.isAlive()) {
        throw failed("ended with status " + process.exitValue());
      }
      if (System.nanoTime() > end) {
        throw failed("does not answer after %d s".formatted(START_LIMIT.toSeconds()));
      }
      sleep();
    }
  }

  private boolean answers() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(confluentUrl() + "/subjects")).timeout(POLL).build();
    try {
      return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for the registry", e);
  }

  private IllegalStateException failed(String what) {
    return new IllegalStateException(
        "the registry %s; the end of %s:%n%s".formatted(what, log, logTail()));
  }

  /** The last lines that it wrote. */
  public String logTail() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the process; the data stay. */
  public void stop() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw interrupted(e);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
