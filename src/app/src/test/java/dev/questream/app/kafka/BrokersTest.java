package dev.questream.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

/** What is said of addresses where no broker answers; {@code BrokersIT} has brokers. */
class BrokersTest {

  private static QuestreamConfig config(String servers, String limitMs) {
    return new QuestreamConfig(Map.of("bootstrap.servers", servers, "startup.timeout.ms", limitMs));
  }

  private static String refused(String servers, String limitMs) {
    FatalException refused =
        catchThrowableOfType(FatalException.class, () -> Brokers.require(config(servers, limitMs)));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.KAFKA);
    assertThat(refused.getMessage())
        .startsWith("no broker of Kafka is reached: ")
        .endsWith("; check bootstrap.servers")
        .hasLineCount(1);
    return refused.getMessage();
  }

  @Test
  void shouldSayOfEachAddressWhatIsWrong() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("localhost"))) {
      assertThat(
              refused(
                  "localhost:1,no-such-host.invalid:9092,localhost:" + silent.getLocalPort(),
                  "500"))
          .contains("localhost:1 (connection refused)")
          .contains("no-such-host.invalid:9092 (unknown host)")
          .contains("localhost:%d (no answer)".formatted(silent.getLocalPort()));
    }
  }

  @Test
  void shouldSayThatSomethingElseAnswers() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getByName("localhost"))) {
      Thread hangsUp =
          new Thread(
              () -> {
                try {
                  while (true) {
                    try (Socket socket = other.accept()) {
                      socket
                          .getOutputStream()
                          .write("HTTP/1.1 400 Bad Request".getBytes(StandardCharsets.US_ASCII));
                    }
                  }
                } catch (IOException e) {
                  // the test is over
                }
              });
      hangsUp.start();
      assertThat(refused("localhost:" + other.getLocalPort(), "4000"))
          .contains("does not answer as Kafka does");
    }
  }

  @Test
  void shouldLeaveSettingsThatKafkaRefusesToIt() {
    assertThatCode(() -> Brokers.require(config("localhost", "500"))).doesNotThrowAnyException();
    QuestreamConfig wrong =
        new QuestreamConfig(
            Map.of("bootstrap.servers", "localhost:1", "kafka.security.protocol", "NONE"));
    assertThatThrownBy(() -> Brokers.require(wrong)).isInstanceOf(ConfigException.class);
  }

  @Test
  void shouldKeepTryingAtTheStartOfAService() {
    long start = System.nanoTime();
    assertThatThrownBy(() -> Brokers.await(config("localhost:1", "1200")))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("localhost:1 (connection refused)");
    assertThat((System.nanoTime() - start) / 1_000_000).isGreaterThan(1_200);
  }
}
