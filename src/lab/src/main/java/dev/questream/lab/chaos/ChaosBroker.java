package dev.questream.lab.chaos;

import dev.questream.broker.EmbeddedBroker;
import dev.questream.lab.process.Child;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Main class of Kafka's processes: {@code ChaosBroker ROLE FOLDER PORT CONTROLLER-PORT CLUSTER-ID}.
 *
 * <p>The broker is killed, the controller is not, as in a cluster with controllers of its own.
 * There is a reason: Kafka 4.3.1 may leave out the markers that end a transaction while a
 * partition's leader is registered but not yet accepted again (KAFKA-20734), which loses or repeats
 * what is in that transaction. A controller that has noticed the death takes the leadership away
 * first; a node that is both comes back as the leader that it was.
 */
public final class ChaosBroker {
  /** After this time a dead broker leads nothing any more. */
  static final Duration NOTICED = Duration.ofSeconds(4);

  private static final String BROKER_SESSION_MS = "2000";
  private static final String BROKER_HEARTBEAT_MS = "400";

  /** What a process is. */
  enum Role {
    CONTROLLER("2", 256),
    BROKER("1", 512);

    private final String nodeId;
    private final int heapMiB;

    Role(String nodeId, int heapMiB) {
      this.nodeId = nodeId;
      this.heapMiB = heapMiB;
    }

    int heapMiB() {
      return heapMiB;
    }

    /** The word in settings and file names. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private ChaosBroker() {}

  public static void main(String[] arguments) {
    Child.run(() -> run(arguments));
  }

  private static void run(String[] arguments) throws InterruptedException {
    Role role = Role.valueOf(arguments[0]);
    List<String> ports = List.of(arguments[2], arguments[3]);
    EmbeddedBroker broker =
        EmbeddedBroker.start(
            Path.of(arguments[1]),
            Integer.parseInt(ports.get(role == Role.BROKER ? 0 : 1)),
            settings(role, ports.get(0), ports.get(1), arguments[4]));
    Child.reportReady();
    new CountDownLatch(1).await(); // until the process is killed
    broker.close();
  }

  private static Map<String, String> settings(
      Role role, String port, String controllerPort, String clusterId) {
    String listener =
        role == Role.BROKER
            ? "PLAINTEXT://localhost:" + port
            : "CONTROLLER://localhost:" + controllerPort;
    Map<String, String> settings = new HashMap<>();
    settings.put("cluster.id", clusterId);
    settings.put("process.roles", role.label());
    settings.put("node.id", role.nodeId);
    settings.put("listeners", listener);
    settings.put("advertised.listeners", listener);
    settings.put(
        "controller.quorum.voters", Role.CONTROLLER.nodeId + "@localhost:" + controllerPort);
    settings.put("broker.session.timeout.ms", BROKER_SESSION_MS);
    settings.put("broker.heartbeat.interval.ms", BROKER_HEARTBEAT_MS);
    // What a vanished process left open is ended soon, so that a run holds many faults.
    settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    return settings;
  }
}
