package dev.questream.it.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.Brokers;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who answers, and in which words: real brokers, with TLS and without. */
class BrokersIT {
  @TempDir static Path folder;
  private static SecuredBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker =
        new SecuredBroker(
            folder.resolve("broker"),
            new Certificates(folder.resolve("certificates")),
            List.of("good"),
            Map.of());
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static QuestreamConfig config(String servers, String protocol) {
    return new QuestreamConfig(
        Map.of("bootstrap.servers", servers, "kafka.security.protocol", protocol));
  }

  private static String refused(String servers, String protocol) {
    long start = System.nanoTime();
    FatalException refused =
        catchThrowableOfType(
            FatalException.class, () -> Brokers.require(config(servers, protocol)));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    return refused.getMessage();
  }

  @Test
  void shouldReachEachListenerInItsOwnWords() {
    for (String protocol : List.of("PLAINTEXT", "SASL_PLAINTEXT")) {
      assertThatCode(() -> Brokers.require(config(broker.plain(), protocol)))
          .doesNotThrowAnyException();
    }
    for (String protocol : List.of("SSL", "SASL_SSL")) {
      assertThatCode(() -> Brokers.require(config(broker.secured("good"), protocol)))
          .doesNotThrowAnyException();
    }
    assertThatCode(() -> Brokers.require(config("localhost:1," + broker.plain(), "PLAINTEXT")))
        .as("one of several is enough")
        .doesNotThrowAnyException();
  }

  @Test
  void shouldSayThatAListenerSpeaksTlsOrDoesNot() {
    assertThat(refused(broker.secured("good"), "PLAINTEXT"))
        .contains(broker.secured("good") + " (speaks TLS: set kafka.security.protocol=SSL");
    assertThat(refused(broker.plain(), "SASL_SSL"))
        .contains(broker.plain() + " (speaks no TLS: set kafka.security.protocol=PLAINTEXT");
  }

  @Test
  void shouldSayThatAListenerAsksForSasl() {
    assertThat(refused(broker.open(), "PLAINTEXT"))
        .contains(
            broker.open()
                + " (asks for SASL (SCRAM-SHA-512, PLAIN, OAUTHBEARER): set kafka.security.protocol=SASL_PLAINTEXT");
    assertThatCode(() -> Brokers.require(config(broker.open(), "SASL_PLAINTEXT")))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldWaitForABrokerThatComesUp() throws Exception {
    int port = freePort();
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> Brokers.await(config("localhost:" + port, "PLAINTEXT")));
    assertThatThrownBy(() -> waiting.get(700, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    try (EmbeddedBroker late = EmbeddedBroker.start(folder.resolve("late"), port)) {
      waiting.get(20, TimeUnit.SECONDS);
      assertThat(late.bootstrapServers()).endsWith(":" + port);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
