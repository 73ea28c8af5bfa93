package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a broker answers at the addresses to connect to first, and if none does why:
 * Kafka's own clients try on until their time is over, and only say that.
 *
 * <p><b>Threading:</b> asks all addresses at once, each on a thread of its own.
 */
public final class Brokers {
  private static final Logger LOG = LoggerFactory.getLogger(Brokers.class);
  private static final long LIMIT_MS = 4_000; // a person waits no longer than five seconds
  private static final long AGAIN_MS = 500;

  private Brokers() {}

  /**
   * Makes sure that a broker answers, now.
   *
   * @throws FatalException that says of each address what is wrong
   */
  public static void require(QuestreamConfig config) {
    wrong(config).ifPresent(Brokers::giveUp);
  }

  /**
   * Waits for a broker: a service may be started before its cluster, and a cluster be started
   * again. What is wrong is logged at once, in case nothing but the settings can mend it.
   *
   * @throws FatalException if none answers within {@code startup.timeout.ms}
   */
  public static void await(QuestreamConfig config) {
    Duration limit = config.duration(QuestreamConfig.STARTUP_TIMEOUT_MS);
    long start = System.nanoTime();
    String said = "";
    for (Optional<String> wrong = wrong(config); wrong.isPresent(); wrong = wrong(config)) {
      if (System.nanoTime() - start > limit.toNanos()) {
        giveUp(wrong.get());
      }
      if (!wrong.get().equals(said)) {
        said = wrong.get();
        LOG.warn("{}; trying again for {} ms (startup.timeout.ms)", said, limit.toMillis());
      }
      pause();
    }
  }

  private static void giveUp(String wrong) {
    throw new FatalException(ExitCode.KAFKA, wrong + "; check bootstrap.servers");
  }

  private static void pause() {
    try {
      Thread.sleep(AGAIN_MS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** An address, and what is wrong with it, if anything. */
  private record Finding(String address, Optional<String> wrong) {}

  /** Empty as soon as one address answers, and where Kafka itself does not take the addresses. */
  private static Optional<String> wrong(QuestreamConfig config) {
    long limitMs = Math.min(LIMIT_MS, config.getLong(QuestreamConfig.STARTUP_TIMEOUT_MS));
    String protocol = protocol(config);
    List<String> silent = new ArrayList<>(config.getList(QuestreamConfig.BOOTSTRAP_SERVERS));
    if (silent.stream().anyMatch(address -> Utils.getPort(address) == null)) {
      return Optional.empty();
    }
    BlockingQueue<Finding> findings = new LinkedBlockingQueue<>();
    for (String address : silent) {
      Greeting greeting =
          new Greeting(
              Utils.getHost(address),
              Utils.getPort(address),
              protocol.endsWith("SSL"),
              protocol.startsWith("SASL"),
              (int) limitMs);
      Thread asking =
          new Thread(
              () -> findings.add(new Finding(address, greeting.wrong())), "questream-greeting");
      asking.setDaemon(true);
      asking.start();
    }
    return heard(findings, silent, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs));
  }

  private static Optional<String> heard(
      BlockingQueue<Finding> findings, List<String> silent, long endNanos) {
    List<String> wrong = new ArrayList<>();
    try {
      while (!silent.isEmpty()) {
        Finding finding = findings.poll(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (finding == null) {
          break;
        }
        if (finding.wrong().isEmpty()) {
          return Optional.empty();
        }
        wrong.add("%s (%s)".formatted(finding.address(), finding.wrong().get()));
        silent.remove(finding.address());
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    silent.forEach(address -> wrong.add(address + " (no answer)"));
    return Optional.of("no broker of Kafka is reached: " + String.join(", ", wrong));
  }

  private static String protocol(QuestreamConfig config) {
    return new AdminClientConfig(config.adminSettings())
        .getString(AdminClientConfig.SECURITY_PROTOCOL_CONFIG);
  }
}
