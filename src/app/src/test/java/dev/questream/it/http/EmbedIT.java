package dev.questream.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import dev.questream.serde.FloatVector;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Vectors over HTTP, asked by a client that knows OpenAI's API only. */
@Timeout(300)
class EmbedIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String TOKEN = "sk-of-the-test";
  private static final String QUESTION = "Who wrote Hamlet?";
  @TempDir Path folder;

  private static OpenAiEmbeddingModel client(int port, String token) {
    return OpenAiEmbeddingModel.builder()
        .baseUrl("http://localhost:%d/v1".formatted(port))
        .apiKey(token)
        .modelName("text-embedding-3-small")
        .maxRetries(0)
        .build();
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://localhost:%d%s".formatted(port, path)))
                .header("Authorization", "Bearer " + TOKEN)
                .build(),
            BodyHandlers.ofString());
  }

  private static HttpResponse<String> embed(int port, String text) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://localhost:%d/embed".formatted(port)))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"inputs\":\"%s\"}".formatted(text)))
                .build(),
            BodyHandlers.ofString());
  }

  @Test
  void shouldGiveTheVectorsOfTheStream() throws Exception {
    KafkaFixture kafka =
        new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    QuestreamConfig config =
        kafka.config(
            Map.of(
                "http.port", "0",
                "http.embed.enabled", "true",
                "http.bearer.token", TOKEN,
                "encoder.precision", "fp32",
                "encoder.cache.bytes", "0"));
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      int port = application.httpAddress().orElseThrow().getPort();
      OpenAiEmbeddingModel client = client(port, TOKEN);
      Response<List<Embedding>> answer =
          client.embedAll(List.of(TextSegment.from(QUESTION), TextSegment.from("Why?")));
      application.awaitRunning(LIMIT);
      kafka.ask(config, Map.of("a", QUESTION));
      QuestionEmbedding record = KafkaFixture.embeddings(kafka.read(config, 1, LIMIT)).get(0);
      assertThat(answer.content().get(0).vector())
          .containsExactly(FloatVector.toArray(record.getEmbedding()), within(1e-5f));
      assertThat(answer.tokenUsage().inputTokenCount()).isGreaterThan(record.getTokenCount());

      HttpResponse<String> tei = embed(port, QUESTION);
      assertThat(new ObjectMapper().readTree(tei.body()).get(0).size()).isEqualTo(384);
      Map.of(
              "questream-model-id", record.getModelId(),
              "questream-model-revision", record.getModelRevision(),
              "questream-weights-sha256", record.getWeightsSha256(),
              "questream-tokenizer-sha256", record.getTokenizerSha256(),
              "questream-pooling", record.getPooling(),
              "questream-normalized", Boolean.toString(record.getNormalized()),
              "questream-precision", record.getPrecision(),
              "questream-token-count", Integer.toString(record.getTokenCount()),
              "questream-truncated", "0")
          .forEach((name, value) -> assertThat(tei.headers().firstValue(name)).hasValue(value));
      assertThatThrownBy(() -> client.embed("\u200b")).isInstanceOf(InvalidRequestException.class);
      assertThatThrownBy(() -> client(port, "wrong").embed(QUESTION))
          .hasMessageContaining("invalid_api_key");
      assertThat(get(port, "/metrics").body())
          .contains("questream_http_embed_seconds_count{protocol=\"openai\",status=\"200\"} 1")
          .contains("questream_http_embed_seconds_count{protocol=\"openai\",status=\"401\"} 1")
          .contains("questream_http_embed_waiting_texts 0.0");
      assertThat(get(port, "/openapi.json").body()).contains("/v1/embeddings");
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void shouldServeWithoutKafkaUntilItIsTold() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path settings = folder.resolve("serve.properties");
    Files.writeString(settings, "http.port=%d%nhttp.bearer.token=%s%n".formatted(port, TOKEN));
    Launched serve =
        Launched.application(folder, Map.of(), "serve", "--config", settings.toString());
    try {
      await()
          .atMost(LIMIT)
          .ignoreExceptions()
          .until(() -> get(port, "/health/ready").statusCode() == 200);
      assertThat(client(port, TOKEN).embed(QUESTION).content().dimension()).isEqualTo(384);
      assertThat(get(port, "/metrics").body()).contains("questream_encoder_healthy 1.0");
      assertThat(get(port, "/info").body()).contains("bge-small-en-v1.5").doesNotContain("topics");
      assertThat(get(port, "/").statusCode()).isEqualTo(404);
      HttpResponse<String> open =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://localhost:%d/health/live".formatted(port)))
                      .build(),
                  BodyHandlers.ofString());
      assertThat(open.statusCode()).isEqualTo(200);
      serve.process().destroy(); // SIGTERM
      assertThat(serve.await().status()).as(serve.err()).isZero();
      assertThat(serve.err()).doesNotContain(TOKEN);
    } finally {
      serve.process().destroyForcibly();
    }
  }
}
