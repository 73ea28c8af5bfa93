package dev.questream.it.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.questream.app.console.FatalException;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.serde.registry.RegistryStandIn;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running application keeps what it knows of the registry's users and keys to itself. */
@Timeout(180)
class RegistrySecretsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String PASSWORD = "tops3cret";
  private static final String HEADER =
      "Basic "
          + Base64.getEncoder()
              .encodeToString(("ann:" + PASSWORD).getBytes(StandardCharsets.UTF_8));

  @TempDir Path folder;

  @Test
  void shouldTellNobodyTheRegistrysPassword() throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    ch.qos.logback.classic.Logger root =
        (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    log.start();
    root.addAppender(log);
    EmbeddedBroker broker = KafkaFixture.broker();
    try (RegistryStandIn registry = new RegistryStandIn()) {
      registry.wantAuthorization(HEADER);
      KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
      QuestreamConfig config =
          kafka.config(
              Map.of(
                  "http.port",
                  "0",
                  "schema.registry.url",
                  registry.url().replace("://", "://ann:" + PASSWORD + "@"),
                  "schema.registry.ssl.keystore.password",
                  PASSWORD));
      String told = toldBy(config, kafka);
      registry.wantAuthorization("Basic somebody-else");
      Throwable refused = catchThrowable(() -> QuestreamApplication.start(config).close());
      assertThat(refused).isInstanceOf(FatalException.class).hasMessageContaining("HTTP 401");
      assertHidden(told + refused);
    } finally {
      root.detachAppender(log);
    }
    assertThat(log.list).isNotEmpty();
    for (ILoggingEvent event : List.copyOf(log.list)) {
      assertHidden(
          event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
  }

  /** What a running application answers over HTTP, once it has used the registry. */
  private static String toldBy(QuestreamConfig config, KafkaFixture kafka) throws Exception {
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
      kafka.ask(config, Map.of("a", "Who wrote Hamlet?"));
      assertThat(kafka.read(config, 1, LIMIT)).hasSize(1);
      InetSocketAddress address = application.httpAddress().orElseThrow();
      return get(address, "/info") + get(address, "/metrics") + get(address, "/health/ready");
    }
  }

  private static String get(InetSocketAddress address, String path) throws Exception {
    URI uri = URI.create("http://localhost:%d%s".formatted(address.getPort(), path));
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }

  private static void assertHidden(String text) {
    String encoded = HEADER.substring("Basic ".length());
    assertThat(text).doesNotContain(PASSWORD).doesNotContain(encoded);
  }
}
