package dev.questream.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.FatalException;
import dev.questream.app.page.Neighbours;
import dev.questream.app.runtime.WatchedParts.Step;
import dev.questream.config.QuestreamConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever fails in a start or a stop, nothing stays open. */
@Timeout(60)
class ApplicationStartTest {
  @TempDir Path folder;
  private int port;
  private QuestreamConfig config;

  @BeforeEach
  void findPort() throws IOException {
    try (ServerSocket socket = bind(0)) {
      port = socket.getLocalPort();
    }
    config =
        new QuestreamConfig(
            Map.of(
                "bootstrap.servers", "localhost:1",
                "state.dir", folder.toString(),
                "http.port", Integer.toString(port)));
  }

  private static ServerSocket bind(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }

  private void requireAllClosed(WatchedParts parts) throws IOException {
    assertThat(parts.open()).isEmpty();
    assertThat(parts.metrics().isClosed()).isTrue();
    bind(port).close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldLeaveNothingOpenWhereAStepOfTheStartFails(Step broken) throws IOException {
    WatchedParts parts = new WatchedParts(config, broken);
    assertThatThrownBy(() -> QuestreamApplication.start(config, parts, Neighbours.NONE))
        .hasMessageEndingWith(broken + " fails");
    requireAllClosed(parts);
  }

  @Test
  void shouldLeaveNothingOpenWhereThePortIsTaken() throws IOException {
    WatchedParts parts = new WatchedParts(config, null);
    try (ServerSocket taken = bind(port)) {
      assertThatThrownBy(() -> QuestreamApplication.start(config, parts, Neighbours.NONE))
          .isInstanceOf(FatalException.class)
          .hasMessageContaining(":%d cannot be opened".formatted(taken.getLocalPort()));
    }
    requireAllClosed(parts);
  }

  @Test
  void shouldKeepTheFailureOfTheStartWhereACloseFailsToo() throws IOException {
    WatchedParts parts = new WatchedParts(config, Step.START, Step.STREAMS, Step.TRACING);
    assertThatThrownBy(() -> QuestreamApplication.start(config, parts, Neighbours.NONE))
        .isInstanceOf(FatalException.class)
        .hasMessage("Kafka Streams could not be started: START fails")
        .satisfies(
            thrown ->
                assertThat(thrown.getSuppressed())
                    .singleElement()
                    .satisfies(
                        first -> {
                          assertThat(first).hasMessage("STREAMS does not close");
                          assertThat(first.getSuppressed())
                              .extracting(Throwable::getMessage)
                              .containsExactly("TRACING does not close");
                        }));
    requireAllClosed(parts);
  }

  @ParameterizedTest
  @EnumSource(names = "START", mode = EnumSource.Mode.EXCLUDE)
  void shouldCloseTheRestWhereACloseThrows(Step broken) throws IOException {
    WatchedParts parts = new WatchedParts(config, null, broken);
    QuestreamApplication application = QuestreamApplication.start(config, parts, Neighbours.NONE);
    assertThat(parts.open()).containsExactlyElementsOf(Arrays.asList(Step.values()));
    assertThatThrownBy(() -> bind(port)).isInstanceOf(IOException.class);
    assertThatThrownBy(application::close).hasMessage(broken + " does not close");
    requireAllClosed(parts);
    application.close();
  }
}
