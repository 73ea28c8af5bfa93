package dev.questream.lab.chaos;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Injects faults into a cluster.
 *
 * <p><b>Threading:</b> one thread.
 */
final class Faults {
  private static final int MAX_TWICE_MS = 4_000;
  private static final Duration AWAY = Duration.ofSeconds(1);

  /** Sessions of 6 s are over then, and transactions of 10 s sometimes. */
  private static final int ZOMBIE_MS = 7_000;

  private static final int ZOMBIE_MORE_MS = 4_000;
  private static final int SLOW_MS = 1_000;
  private static final int SLOW_MORE_MS = 5_000;

  private final Cluster cluster;
  private final SplittableRandom random;
  private final Journal journal;
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private int kills;

  Faults(Cluster cluster, SplittableRandom random, Journal journal) {
    this.cluster = cluster;
    this.random = random;
    this.journal = journal;
  }

  /** Chooses a fault by its weight. */
  static Fault choose(SplittableRandom random) {
    int sum = 0;
    for (Fault fault : Fault.values()) {
      sum += fault.weight();
    }
    int roll = random.nextInt(sum);
    for (Fault fault : Fault.values()) {
      roll -= fault.weight();
      if (roll < 0) {
        return fault;
      }
    }
    throw new AssertionError("weights do not add up");
  }

  /** The same, or the next best where the number of instances does not allow it. */
  Fault possible(Fault fault) {
    return switch (fault) {
      case JOIN -> cluster.absent().isEmpty() ? Fault.KILL : fault;
      case LEAVE, LOSE -> cluster.running().size() < 2 ? Fault.KILL : fault;
      default -> fault;
    };
  }

  /** Injects one; processes that are to come back have been started when it returns. */
  void inject(Fault fault) {
    counts.merge(fault, 1, Integer::sum);
    switch (fault) {
      case KILL -> restart(kill(any()));
      case KILL_AND_WIPE -> {
        Instance instance = kill(any());
        instance.wipe();
        restart(instance);
      }
      case KILL_ALL -> cluster.running().stream().map(this::kill).toList().forEach(this::restart);
      case KILL_TWICE -> {
        Instance instance = kill(any());
        restart(instance);
        pause(Duration.ofMillis(random.nextInt(MAX_TWICE_MS)));
        restart(kill(instance));
      }
      case TERMINATE -> restart(terminate(any()));
      case TERMINATE_ALL -> terminateAll();
      case JOIN -> restart(cluster.absent().get(0));
      case LEAVE -> terminate(any());
      case LOSE -> kill(any());
      case SUSPEND -> any().suspend(millis(ZOMBIE_MS, ZOMBIE_MORE_MS));
      case KILL_BROKER -> {
        cluster.restartBroker(random);
        kills++;
      }
      case SUSPEND_BROKER -> cluster.suspendBroker(random, millis(SLOW_MS, SLOW_MORE_MS));
    }
  }

  private Duration millis(int least, int more) {
    return Duration.ofMillis(least + random.nextInt(more));
  }

  private Instance any() {
    List<Instance> running = cluster.running();
    return running.get(random.nextInt(running.size()));
  }

  private Instance kill(Instance instance) {
    instance.kill();
    kills++;
    return instance;
  }

  private Instance terminate(Instance instance) {
    if (!instance.terminate()) {
      journal.note("%s did not stop after SIGTERM and was killed", instance.name());
    }
    return instance;
  }

  private void terminateAll() {
    List<Instance> running = cluster.running();
    running.forEach(this::terminate);
    pause(AWAY);
    running.forEach(this::restart);
  }

  private void restart(Instance instance) {
    instance.start();
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** How often each was injected. */
  Map<Fault, Integer> counts() {
    return counts;
  }

  /** Processes that were killed by SIGKILL, the broker's too. */
  int kills() {
    return kills;
  }
}
