package dev.questream.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Health, metrics, information and the questions of the live page of a running application, over
 * HTTP.
 */
@Timeout(180)
class HttpEndpointsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir Path folder;

  private static HttpResponse<String> get(InetSocketAddress address, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://localhost:%d%s".formatted(address.getPort(), path)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> ask(InetSocketAddress address, String text) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://localhost:%d/api/ask".formatted(address.getPort())))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        JSON.createObjectNode().put("text", text).toString()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldFollowAQuestionThatIsAskedOnThePage() throws Exception {
    EmbeddedBroker broker = KafkaFixture.broker();
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    QuestreamConfig config =
        kafka.config(
            Map.of("http.port", "0", "http.ask.enabled", "true", "encoder.truncation", "reject"));
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      InetSocketAddress address = application.httpAddress().orElseThrow();
      application.awaitRunning(LIMIT);
      JsonNode first = JSON.readTree(ask(address, "Who wrote Hamlet?").body());
      assertThat(first.path("steps").findValuesAsText("name"))
          .containsExactly(
              "produced", "read", "queued", "batched", "encoded", "forwarded", "committed");
      double total = first.path("steps").path(6).path("at_ms").asDouble();
      assertThat(first.path("steps").findValues("took_ms"))
          .allSatisfy(took -> assertThat(took.asDouble()).isBetween(0.0, total));
      assertThat(first.path("embedding").path("dimensions").asInt()).isEqualTo(384);
      assertThat(first.path("embedding").path("norm").asDouble()).isBetween(0.999, 1.001);
      List<EmbeddingReader.Answer> answers = kafka.read(config, 1, LIMIT);
      assertThat(KafkaFixture.key(answers.get(0))).isEqualTo(first.path("id").asText());

      JsonNode cached = JSON.readTree(ask(address, "Who wrote Hamlet?").body());
      assertThat(cached.path("steps").findValuesAsText("name")).doesNotContain("batched");
      JsonNode tooLong = JSON.readTree(ask(address, "word ".repeat(2_000)).body());
      assertThat(tooLong.path("dead_letter").path("reason").asText()).isEqualTo("text-too-long");
      assertThat(tooLong.path("steps").findValuesAsText("name")).contains("read", "forwarded");
      assertThat(ask(address, " \u200b").statusCode()).isEqualTo(400);

      await().atMost(LIMIT).until(() -> figures(address).path("rows").size() > 1);
      JsonNode figures = figures(address);
      assertThat(figures.path("state").path("ask").asBoolean()).isTrue();
      assertThat(figures.path("state").properties())
          .extracting(Map.Entry::getKey)
          .containsAll(namesThatThePageReads("page.js", "state"));
      assertThat(first.path("embedding").properties())
          .extracting(Map.Entry::getKey)
          .containsAll(namesThatThePageReads("journey.js", "embedding"));
      assertThat(figures.path("state").path("dead_letters").path("text-too-long").asInt())
          .isEqualTo(1);
      JsonNode recent = figures.path("recent");
      assertThat(recent.at("/dead_letters/0/reason").asText()).isEqualTo("text-too-long");
      assertThat(recent.at("/embeddings").findValuesAsText("id"))
          .contains(first.path("id").asText());
      assertThat(recent.at("/embeddings/0").properties())
          .extracting(Map.Entry::getKey)
          .containsAll(namesThatThePageReads("page.js", "latest"));
      int rate = figures.path("columns").size() - 9; // the second column
      double embedded = 0;
      for (JsonNode row : figures.path("rows")) {
        embedded += row.path(rate).asDouble();
      }
      assertThat(embedded).as("two embeddings in intervals of about a second").isBetween(1.0, 3.0);
      String none = get(address, "/api/figures?from=" + figures.path("next")).body();
      assertThat(JSON.readTree(none).path("rows").size()).isLessThan(2);
    }
  }

  /** The properties of an object in a script; without a browser nothing else would miss them. */
  private static List<String> namesThatThePageReads(String script, String object)
      throws IOException {
    try (InputStream in = HttpEndpointsIT.class.getResourceAsStream("/page/" + script)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> names =
          Pattern.compile("\\b" + object + "\\.(\\w+)")
              .matcher(text)
              .results()
              .map(found -> found.group(1))
              .distinct()
              .toList();
      assertThat(names).as(script).hasSizeGreaterThan(4);
      return names;
    }
  }

  private static JsonNode figures(InetSocketAddress address) throws Exception {
    return JSON.readTree(get(address, "/api/figures?from=0").body());
  }

  /** What dashboard, alerts and docs/operate.md name. */
  private static final List<String> KAFKA_METRICS =
      List.of(
          "kafka_consumer_coordinator_assigned_partitions{",
          "kafka_consumer_coordinator_rebalance_total{",
          "kafka_consumer_fetch_manager_records_consumed_total{",
          "kafka_consumer_fetch_manager_records_lag_max{",
          "kafka_producer_record_error_total{",
          "kafka_producer_record_retry_total{",
          "kafka_producer_record_send_total{",
          "kafka_stream_alive_stream_threads{",
          "kafka_stream_failed_stream_threads_total{",
          "kafka_stream_thread_commit_latency_avg{",
          "kafka_stream_thread_commit_total{");

  @Test
  void shouldAnswerOperators() throws Exception {
    EmbeddedBroker broker = KafkaFixture.broker();
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
      String metrics = get(address, "/metrics").body();
      assertThat(metrics.lines().count()).as("lines of a scrape").isLessThan(500);
      assertThat(metrics)
          .contains("questream_end_to_end_seconds_count 2")
          .contains("questream_dead_letters_total{reason=\"empty-text\"} 1.0")
          .contains("questream_encoder_texts_total")
          .contains("questream_encoder_healthy 1.0")
          .contains("questream_pending_questions 0.0")
          .contains(KAFKA_METRICS);
      JsonNode info = JSON.readTree(get(address, "/info").body());
      assertThat(info.path("model_id").asText()).isEqualTo("bge-small-en-v1.5");
      assertThat(info.path("precision").asText()).isEqualTo("fp32");
      assertThat(info.path("processing_guarantee").asText()).isEqualTo("exactly_once_v2");
      assertThat(info.path("topics").path("questions").asText()).endsWith("-questions");
      for (String version : List.of("kafka", "java", "djl", "libtorch", "uptime_ms")) {
        assertThat(info.path(version).asText()).as(version).matches("\\d.*");
      }
      assertThat(ask(address, "Who wrote Hamlet?").statusCode()).as("off").isEqualTo(404);
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
