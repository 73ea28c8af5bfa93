package dev.questream.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.weights.ModelException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HubTransportTest {
  private static HubTransport transport(URI endpoint, Duration timeout) {
    return new HubTransport(
        new HubSettings(endpoint, Path.of("unused"), Optional.of("hf_secret"), false), timeout);
  }

  @Test
  void shouldTellTheHubFromOthers() {
    HubTransport transport = transport(URI.create("https://hub.example"), Duration.ofSeconds(1));

    assertThat(transport.isHub(URI.create("https://hub.example:443/x"))).isTrue();
    assertThat(transport.isHub(URI.create("https://HUB.example/x"))).isTrue();
    assertThat(transport.isHub(URI.create("http://hub.example/x"))).isFalse();
    assertThat(transport.isHub(URI.create("https://hub.example:8443/x"))).isFalse();
    assertThat(transport.isHub(URI.create("https://cdn.hub.example/x"))).isFalse();
    assertThat(transport.isHub(URI.create("https://hub.example.evil.example/x"))).isFalse();
  }

  @Test
  void shouldNotGoFromHttpsToHttp() throws IOException {
    try (FakeHub hub = new FakeHub()) {
      hub.hubTricks.add(exchange -> FakeHub.redirect(exchange, hub.storeUri() + "/x"));
      HubTransport secure = transport(URI.create("https://hub.example"), Duration.ofSeconds(5));

      assertThatThrownBy(() -> secure.get(hub.endpoint(), Map.of()))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("redirects to http://127.0.0.1");
      assertThat(hub.seen)
          .singleElement()
          .satisfies(seen -> assertThat(seen.authorization()).isNull());
    }
  }

  @Test
  void shouldNotWaitForeverForAServer() throws IOException {
    try (FakeHub hub = new FakeHub()) {
      hub.hubTricks.add(
          exchange -> {
            try {
              Thread.sleep(5_000);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return true;
          });
      HubTransport hasty = transport(hub.endpoint(), Duration.ofMillis(200));

      assertThatThrownBy(() -> hasty.get(hub.endpoint(), Map.of()))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }
}
