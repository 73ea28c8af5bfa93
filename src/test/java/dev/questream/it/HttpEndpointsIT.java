package dev.questream.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.questream.app.runtime.EmbeddedBroker;
import dev.questream.app.runtime.FatalException;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.QuestreamConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Health, metrics and information of a running application, over HTTP. */
@Timeout(180)
class HttpEndpointsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  @TempDir Path folder;

  private static HttpResponse<String> get(InetSocketAddress address, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://localhost:%d%s".formatted(address.getPort(), path)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldAnswerOperators() throws Exception {
    try (EmbeddedBroker broker = KafkaFixture.broker(folder)) {
      KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
      QuestreamConfig config = kafka.config(Map.of("http.port", "0", "encoder.precision", "fp32"));
      try (QuestreamApplication application = QuestreamApplication.start(config)) {
        InetSocketAddress address = application.httpAddress().orElseThrow();
        assertThat(address.getAddress().isLoopbackAddress()).isTrue();
        assertThat(get(address, "/health/live").statusCode()).isEqualTo(200);
        application.awaitRunning(LIMIT);
        await().atMost(LIMIT).until(() -> get(address, "/health/ready").statusCode() == 200);
        kafka.ask(config, Map.of("a", "Who wrote Hamlet?", "b", "Who wrote Hamlet?", "c", " "));
        assertThat(kafka.read(config, 3, LIMIT)).hasSize(3);
        assertThat(get(address, "/metrics").body())
            .contains("questream_end_to_end_seconds_count 2")
            .contains("questream_dead_letters_total{reason=\"empty-text\"} 1.0")
            .contains("questream_encoder_texts_total")
            .contains("questream_encoder_healthy 1.0")
            .contains("questream_pending_questions 0.0")
            .contains("kafka_stream_");
        assertThat(get(address, "/info").body())
            .contains("\"model\":\"bge-small-en-v1.5\"")
            .contains("\"precision\":\"fp32\"");
        assertThat(get(address, "/metrics/more").statusCode()).isEqualTo(404);
        assertThatThrownBy(
                () ->
                    QuestreamApplication.start(
                        config
                            .with("http.port", Integer.toString(address.getPort()))
                            .with("state.dir", folder.resolve("other").toString())))
            .isInstanceOf(FatalException.class)
            .hasMessageContaining("set another http.port");
      }
    }
  }
}
