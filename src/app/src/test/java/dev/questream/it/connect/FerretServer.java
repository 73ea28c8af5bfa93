package dev.questream.it.connect;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * FerretDB, which speaks MongoDB's protocol and keeps its documents in SQLite, as a process on a
 * free port of the loopback address. It is not MongoDB, and has no vector search.
 */
final class FerretServer implements AutoCloseable {
  /** Names the program, where it is elsewhere. */
  static final String VARIABLE = "QUESTREAM_FERRETDB";

  private final int port;
  private final Process process;

  private FerretServer(int port, Process process) {
    this.port = port;
    this.process = process;
  }

  /** The program, if it is anywhere. */
  static Optional<Path> program() {
    String folder = System.getProperty("questream.it.folder", "target/it");
    return Stream.of(System.getenv(VARIABLE), folder + "/ferretdb/ferretdb")
        .filter(name -> name != null && Files.isExecutable(Path.of(name)))
        .map(name -> Path.of(name).toAbsolutePath())
        .findFirst();
  }

  static FerretServer start(Path program, Path folder) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    List<String> command =
        List.of(
            program.toString(),
            "--handler=sqlite",
            "--sqlite-url=file:" + folder + "/",
            "--state-dir=" + folder,
            "--listen-addr=127.0.0.1:" + port,
            "--debug-addr=-",
            "--telemetry=disable");
    Path log = folder.resolve("ferretdb.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    FerretServer server = new FerretServer(port, process);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("FerretDB has ended:\n" + Files.readString(log));
              }
              return server.listens();
            });
    return server;
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false; // not up yet
    }
  }

  /** The address in the form that MongoDB's clients take. */
  String uri() {
    return "mongodb://127.0.0.1:" + port + "/";
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
