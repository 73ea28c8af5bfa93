package dev.questream.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker in this process, in KRaft mode, broker and controller in one, on loopback.
 *
 * <p>For the demo and for tests. The server's classes are no public interface of Kafka: the version
 * is pinned.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final String NODE_ID = "1";
  private static final String LOG4J_HOOK = "log4j.shutdownHookEnabled";

  /** The file by which Kafka knows a folder that has been formatted. */
  private static final String FORMATTED = "meta.properties";

  private final Path folder;
  private final Ports ports;
  private final Map<String, String> overrides;
  private KafkaRaftServer server;

  private EmbeddedBroker(Path folder, Ports ports, Map<String, String> overrides) {
    this.folder = folder;
    this.ports = ports;
    this.overrides = overrides;
  }

  /**
   * Starts a broker on a folder.
   *
   * @param folder for all its data; made and formatted if missing, taken up again if it holds a
   *     broker's data
   * @param port to listen on, 0 for a free one
   * @throws UncheckedIOException if the port is taken or the folder cannot be written
   */
  public static EmbeddedBroker start(Path folder, int port) {
    return start(folder, port, Map.of());
  }

  /**
   * Starts a broker on a folder.
   *
   * @param overrides settings of the broker, which win over those made here; and {@code
   *     cluster.id}, with which a new folder is formatted
   */
  public static EmbeddedBroker start(Path folder, int port, Map<String, String> overrides) {
    EmbeddedBroker broker =
        new EmbeddedBroker(folder, port == 0 ? Ports.free() : Ports.withListener(port), overrides);
    try {
      Files.createDirectories(folder);
      if (!Files.exists(folder.resolve(FORMATTED))) {
        broker.format();
      }
      broker.startup();
      return broker;
    } catch (Exception e) {
      throw new UncheckedIOException(
          "the embedded broker could not be started in %s: %s".formatted(folder, e.getMessage()),
          new IOException(e));
    }
  }

  private void format() throws Exception {
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId(overrides.getOrDefault("cluster.id", Uuid.randomUuid().toString()))
        .setNodeId(Integer.parseInt(overrides.getOrDefault("node.id", NODE_ID)))
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(folder.toString())
        .addDirectory(folder.toString())
        .run();
  }

  private void startup() {
    System.setProperty(LOG4J_HOOK, "false"); // it cannot be made while the process stops
    server = new KafkaRaftServer(new KafkaConfig(settings(), false), Time.SYSTEM);
    server.startup();
  }

  private Map<Object, Object> settings() {
    Properties settings = new Properties();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", NODE_ID);
    settings.put("controller.quorum.voters", NODE_ID + "@localhost:" + ports.controller());
    settings.put(
        "listeners",
        "PLAINTEXT://localhost:%d,CONTROLLER://localhost:%d"
            .formatted(ports.listener(), ports.controller()));
    settings.put("advertised.listeners", "PLAINTEXT://localhost:" + ports.listener());
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("log.dirs", folder.toString());
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("controlled.shutdown.enable", "false");
    settings.put("auto.create.topics.enable", "false");
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    settings.putAll(overrides);
    return Map.copyOf(settings);
  }

  /**
   * Where the broker listens, on loopback.
   *
   * @param listener for clients
   * @param controller for the broker's own metadata
   */
  private record Ports(int listener, int controller) {

    /** Two that are free; both sockets are held until both numbers are known. */
    static Ports free() {
      try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket controller = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return new Ports(listener.getLocalPort(), controller.getLocalPort());
      } catch (IOException e) {
        throw new UncheckedIOException("no free port on loopback: " + e, e);
      }
    }

    /** The one that is wanted, and a free one. */
    static Ports withListener(int port) {
      try (ServerSocket listener = new ServerSocket()) {
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new Ports(port, free().controller());
      } catch (IOException e) {
        throw new UncheckedIOException(
            "port %d is taken by another program (%s); choose another, or 0 for any free one"
                .formatted(port, e.getMessage()),
            e);
      }
    }
  }

  /** Where clients connect: {@code localhost:port}. */
  public String bootstrapServers() {
    return "localhost:" + ports.listener();
  }

  private void stop() {
    server.shutdown();
    server.awaitShutdown();
  }

  /** Stops the broker; its folder stays. */
  @Override
  public void close() {
    stop();
  }

  /** Deletes a folder with all that is in it, as far as that is possible. */
  public static void deleteFolder(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                throws IOException {
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
