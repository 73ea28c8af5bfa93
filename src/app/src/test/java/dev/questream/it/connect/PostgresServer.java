package dev.questream.it.connect;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of the test's own: a new cluster in a temporary folder, on a free port of the
 * loopback address, with a password. It notes when transactions are committed, and lets its log be
 * read.
 *
 * <p>PostgreSQL does not run as root; as root, this starts it as the user {@code postgres} (or
 * {@code nobody}).
 */
final class PostgresServer implements AutoCloseable {
  /** Names the folder of {@code initdb} and {@code pg_ctl}, where they are elsewhere. */
  static final String BIN_VARIABLE = "QUESTREAM_POSTGRES_BIN";

  static final String USER = "questream";
  static final String PASSWORD = "it's: a \"secret\"";
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private final Path bin;
  private final Path folder;
  private final Optional<String> user;
  private final int port;

  private PostgresServer(Path bin) throws IOException {
    this.bin = bin;
    this.folder = Files.createTempDirectory("questream-postgres-");
    this.user = systemUser();
    this.port = freePort();
  }

  /** Where PostgreSQL's programs are, if they are anywhere. */
  static Optional<Path> bin() throws IOException {
    List<Path> folders = new ArrayList<>();
    Optional.ofNullable(System.getenv(BIN_VARIABLE)).map(Path::of).ifPresent(folders::add);
    if (Files.isDirectory(DEBIAN)) {
      try (Stream<Path> versions = Files.list(DEBIAN)) {
        versions
            .sorted(Comparator.comparingDouble(PostgresServer::version).reversed())
            .forEach(version -> folders.add(version.resolve("bin")));
      }
    }
    for (String folder : System.getenv("PATH").split(":", -1)) {
      folders.add(Path.of(folder));
    }
    return folders.stream()
        .filter(f -> Files.isExecutable(f.resolve("initdb")))
        .filter(f -> Files.isExecutable(f.resolve("pg_ctl")))
        .findFirst();
  }

  private static double version(Path folder) {
    try {
      return Double.parseDouble(folder.getFileName().toString());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Makes a cluster and starts a server on it.
   *
   * @param bin the folder of PostgreSQL's programs
   */
  static PostgresServer start(Path bin) throws Exception {
    PostgresServer server = new PostgresServer(bin);
    try {
      server.initialize();
      server.control(
          "start", "-o", server.options(), "-l", server.folder.resolve("log").toString());
      return server;
    } catch (Exception | AssertionError e) {
      server.deleteFolder();
      throw e;
    }
  }

  private void initialize() throws Exception {
    Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    if (user.isPresent()) {
      Command.run("chown", "-R", user.get(), folder.toString());
    }
    run(
        bin.resolve("initdb").toString(),
        "--pgdata=" + data(),
        "--username=" + USER,
        "--pwfile=" + password,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync");
  }

  private String options() {
    return "-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories='' -c fsync=off"
            .formatted(port)
        + " -c track_commit_timestamp=on -c wal_level=logical";
  }

  private void control(String action, String... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(bin.resolve("pg_ctl").toString(), action, "-w", "-D", data()));
    command.addAll(List.of(more));
    run(command.toArray(String[]::new));
  }

  private void run(String... command) throws Exception {
    List<String> line = new ArrayList<>();
    user.ifPresent(name -> line.addAll(List.of("runuser", "-u", name, "--")));
    line.addAll(List.of(command));
    Command.run(line.toArray(String[]::new));
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  /** Empty if this process may start PostgreSQL as itself. */
  private static Optional<String> systemUser() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.empty();
    }
    return Stream.of("postgres", "nobody").filter(name -> Command.succeeds("id", name)).findFirst();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** The address as docs/connect.md gives it to the sink. */
  String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:%d/postgres?stringtype=unspecified".formatted(port);
  }

  /** What connectors that read this server are told in their environment. */
  Map<String, String> environment() {
    return Map.of(
        "POSTGRES_HOST",
        "127.0.0.1",
        "POSTGRES_PORT",
        Integer.toString(port),
        "POSTGRES_USER",
        USER,
        "POSTGRES_PASSWORD",
        PASSWORD,
        "POSTGRES_DATABASE",
        "postgres");
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl(), USER, PASSWORD);
  }

  /** Which of the extensions this server could not create. */
  List<String> missing(String... extensions) throws SQLException {
    List<String> missing = new ArrayList<>(List.of(extensions));
    try (Connection connection = connect();
        ResultSet names =
            connection.createStatement().executeQuery("SELECT name FROM pg_available_extensions")) {
      while (names.next()) {
        missing.remove(names.getString(1));
      }
    }
    return missing;
  }

  /** Runs a file of SQL with psql, which stops at the first error. */
  void psql(Path file) throws Exception {
    Command.run(
        bin.resolve("psql").toString(),
        "postgresql://127.0.0.1:%d/postgres?user=%s&password=%s"
            .formatted(port, USER, Command.percentEncoded(PASSWORD)),
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-f",
        file.toString());
  }

  @Override
  public void close() throws Exception {
    try {
      control("stop", "-m", "fast");
    } finally {
      deleteFolder();
    }
  }

  private void deleteFolder() {
    dev.questream.broker.EmbeddedBroker.deleteFolder(folder);
  }
}
