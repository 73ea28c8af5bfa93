package dev.questream.lab.chaos;

import dev.questream.broker.EmbeddedBroker;
import dev.questream.lab.process.Child;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Main class of Kafka's processes: {@code ChaosBroker ROLE NODE FOLDER PORT CONTROLLER-PORT
 * CLUSTER-ID REPLICAS}.
 *
 * <p>The broker is killed, the controller is not, as in a cluster with controllers of its own.
 * There is a reason: Kafka may leave out the markers that end a transaction while a partition's
 * leader is registered but not yet accepted again (KAFKA-20734), which loses or repeats what is in
 * that transaction. A controller that has noticed the death takes the leadership away first; a node
 * that is both comes back as the leader that it was.
 */
public final class ChaosBroker {
  /** After this time a dead broker leads nothing any more. */
  static final Duration NOTICED = Duration.ofSeconds(4);

  /** The controller's node id; brokers have others. */
  static final int CONTROLLER_NODE = 100;

  private static final String BROKER_SESSION_MS = "2000";
  private static final String BROKER_HEARTBEAT_MS = "400";

  /** What a process is. */
  enum Role {
    CONTROLLER(256),
    BROKER(512);

    private final int heapMiB;

    Role(int heapMiB) {
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
    EmbeddedBroker broker =
        EmbeddedBroker.start(
            Path.of(arguments[2]), Integer.parseInt(arguments[3]), settings(role, arguments));
    Child.reportReady();
    new CountDownLatch(1).await(); // until the process is killed
    broker.close();
  }

  private static Map<String, String> settings(Role role, String[] arguments) {
    String listener =
        (role == Role.BROKER ? "PLAINTEXT" : "CONTROLLER") + "://localhost:" + arguments[3];
    String replicas = arguments[6];
    Map<String, String> settings = new HashMap<>();
    settings.put("cluster.id", arguments[5]);
    settings.put("process.roles", role.label());
    settings.put("node.id", arguments[1]);
    settings.put("listeners", listener);
    settings.put("advertised.listeners", listener);
    settings.put("controller.quorum.voters", CONTROLLER_NODE + "@localhost:" + arguments[4]);
    settings.put("default.replication.factor", replicas);
    settings.put("offsets.topic.replication.factor", replicas);
    settings.put("transaction.state.log.replication.factor", replicas);
    String inSync = Integer.toString(Math.max(1, Integer.parseInt(replicas) - 1));
    settings.put("min.insync.replicas", inSync);
    settings.put("transaction.state.log.min.isr", inSync);
    settings.put("broker.session.timeout.ms", BROKER_SESSION_MS);
    settings.put("broker.heartbeat.interval.ms", BROKER_HEARTBEAT_MS);
    // What a vanished process left open is ended soon, so that a run holds many faults.
    settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    return settings;
  }
}
