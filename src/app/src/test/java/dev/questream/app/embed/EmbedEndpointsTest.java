package dev.questream.app.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.http.Access;
import dev.questream.app.http.HttpService;
import dev.questream.app.http.Reply;
import dev.questream.app.http.Resource;
import dev.questream.app.http.SameOrigin;
import dev.questream.encoder.ShapedBackend;
import dev.questream.encoder.Truncation;
import dev.questream.encoder.VectorShape;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.TokenBudget;
import dev.questream.provenance.VectorType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the endpoints answer, over a real port, in front of a model that the test holds. */
@Timeout(120)
class EmbedEndpointsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int MAX_TEXTS = 4;

  private final HttpClient client = HttpClient.newHttpClient();
  private final HeldModel model = new HeldModel();
  private final List<String> observed = Collections.synchronizedList(new ArrayList<>());
  private BatchingEncoder encoder;
  private EmbedEndpoints endpoints;
  private HttpService service;
  private IntSupplier waiting;

  @BeforeEach
  void open() throws IOException {
    encoder = new BatchingEncoder(model, new TokenBudget(64, 64, 1));
    serve(SOON, Truncation.TRUNCATE_TAIL);
  }

  /** The same in front of a model whose vectors have this shape. */
  private void serve(VectorShape shape, List<Integer> sizes) throws IOException {
    service.close();
    endpoints.close();
    encoder.close();
    encoder =
        new BatchingEncoder(new ShapedBackend(model, shape, sizes), new TokenBudget(64, 64, 1));
    serve(SOON, Truncation.TRUNCATE_TAIL);
  }

  private void serve(Duration limit, Truncation truncation) throws IOException {
    RequestObserver observer =
        new RequestObserver() {
          @Override
          public void answered(String protocol, int status, long nanos) {
            observed.add(protocol + " " + status);
          }

          @Override
          public void watch(IntSupplier waitingTexts) {
            waiting = waitingTexts;
          }
        };
    endpoints =
        new EmbedEndpoints(
            encoder, new EmbedEndpoints.Limits(MAX_TEXTS, limit, truncation), observer);
    Map<String, Resource> resources = new HashMap<>(endpoints.resources());
    resources.put("/health/live", Resource.of(() -> Reply.text(200, "ok")));
    service =
        HttpService.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            resources,
            new Access(List.of(), new SameOrigin(List.of())));
  }

  @AfterEach
  void close() {
    model.release();
    endpoints.close();
    service.close();
    encoder.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://localhost:%d%s".formatted(service.address().getPort(), path)))
        .timeout(SOON);
  }

  private HttpRequest post(String path, String body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> send(String path, String body) throws Exception {
    return client.send(post(path, body), BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> later(String path, String body) {
    return client.sendAsync(post(path, body), BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  private static float[] floats(JsonNode vector) {
    float[] floats = new float[vector.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) vector.get(i).asDouble();
    }
    return floats;
  }

  @Test
  void shouldAnswerAsOpenAiDoes() throws Exception {
    HttpResponse<String> answer =
        send("/v1/embeddings", "{\"input\":[\"one\",\"three\"],\"model\":\"other\"}");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode body = json(answer);
    assertThat(body.path("object").asText()).isEqualTo("list");
    assertThat(body.path("model").asText()).as("the one that answered").isEqualTo("held");
    assertThat(body.at("/usage/prompt_tokens").asInt()).isEqualTo(8);
    assertThat(body.at("/usage/total_tokens").asInt()).isEqualTo(8);
    assertThat(body.path("data").findValuesAsText("object"))
        .containsExactly("embedding", "embedding");
    assertThat(body.path("data").findValuesAsText("index")).containsExactly("0", "1");
    assertThat(floats(body.at("/data/0/embedding"))).isEqualTo(HeldModel.vector("one"));
    assertThat(floats(body.at("/data/1/embedding"))).isEqualTo(HeldModel.vector("three"));

    JsonNode packed =
        json(
            send(
                "/v1/embeddings",
                "{\"input\":\"one\",\"encoding_format\":\"base64\",\"dimensions\":3,\"user\":\"u\"}"));
    float[] unpacked = new float[3];
    ByteBuffer.wrap(Base64.getDecoder().decode(packed.at("/data/0/embedding").asText()))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(unpacked);
    assertThat(unpacked).isEqualTo(HeldModel.vector("one"));
    assertThat(observed).containsExactly("openai 200", "openai 200");
  }

  @Test
  void shouldGiveVectorsOfTheShapeThatTheStreamHas() throws Exception {
    serve(new VectorShape(3, VectorType.UBINARY), List.of());
    float[] whole = HeldModel.vector("one");
    int bits = (whole[0] > 0 ? 128 : 0) + (whole[1] > 0 ? 64 : 0) + (whole[2] > 0 ? 32 : 0);
    HttpResponse<String> answer = send("/v1/embeddings", "{\"input\":\"one\",\"dimensions\":3}");
    assertThat(json(answer).at("/data/0/embedding").toString()).isEqualTo("[" + bits + "]");
    assertThat(answer.headers().firstValue("questream-vector-type")).hasValue("ubinary");
    assertThat(answer.headers().firstValue("questream-dimensions")).hasValue("3");
    JsonNode packed =
        json(send("/v1/embeddings", "{\"input\":\"one\",\"encoding_format\":\"base64\"}"));
    assertThat(Base64.getDecoder().decode(packed.at("/data/0/embedding").asText()))
        .containsExactly(bits);
    assertThat(json(send("/embed", "{\"inputs\":\"one\"}")).toString())
        .isEqualTo("[[" + bits + "]]");
  }

  @Test
  void shouldCutToASizeThatTheModelWasTrainedFor() throws Exception {
    serve(new VectorShape(3, VectorType.FLOAT32), List.of(2, 3));
    float[] whole = HeldModel.vector("one");
    HttpResponse<String> answer = send("/v1/embeddings", "{\"input\":\"one\",\"dimensions\":2}");
    assertThat(floats(json(answer).at("/data/0/embedding"))).containsExactly(whole[0], whole[1]);
    assertThat(answer.headers().firstValue("questream-dimensions")).hasValue("2");
    HttpResponse<String> tei = send("/embed", "{\"inputs\":\"one\",\"dimensions\":2}");
    assertThat(floats(json(tei).get(0))).containsExactly(whole[0], whole[1]);
    HttpResponse<String> refused = send("/embed", "{\"inputs\":\"one\",\"dimensions\":1}");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(json(refused).path("error").asText()).contains("trained to be cut to [2], not to 1");
    serve(new VectorShape(3, VectorType.BINARY), List.of(2, 3));
    assertThat(send("/embed", "{\"inputs\":\"one\",\"dimensions\":2}").body())
        .contains("3 dimensions, binary", "output.dimensions");
  }

  @Test
  void shouldAnswerAsTextEmbeddingsInferenceDoes() throws Exception {
    JsonNode one = json(send("/embed", "{\"inputs\":\"one\",\"truncate\":null}"));
    assertThat(one.size()).as("a list of one").isEqualTo(1);
    assertThat(floats(one.get(0))).isEqualTo(HeldModel.vector("one"));
    JsonNode two =
        json(
            send(
                "/embed",
                "{\"inputs\":[\"one\",\"two\"],\"truncate\":true,\"normalize\":false,"
                    + "\"truncation_direction\":\"Right\"}"));
    assertThat(floats(two.get(1))).isEqualTo(HeldModel.vector("two"));
    HttpResponse<String> cut = send("/embed", "{\"inputs\":\"far too long for it\"}");
    assertThat(cut.statusCode()).isEqualTo(200);
    assertThat(cut.headers().firstValue("questream-truncated")).hasValue("1");
    HttpResponse<String> whole =
        send("/embed", "{\"inputs\":\"far too long for it\",\"truncate\":false}");
    assertThat(whole.statusCode()).isEqualTo(413);
    assertThat(json(whole).path("error_type").asText()).isEqualTo("validation");
  }

  @Test
  void shouldSayWhereVectorsComeFrom() throws Exception {
    var headers =
        send("/v1/embeddings", "{\"input\":[\"one\",\"eleven chars and more\"]}").headers();
    assertThat(headers.firstValue("questream-model-id")).hasValue("held");
    assertThat(headers.firstValue("questream-weights-sha256")).hasValue("w%25");
    assertThat(headers.firstValue("questream-pooling")).hasValue("mean");
    assertThat(headers.firstValue("questream-precision")).hasValue("fp32");
    assertThat(headers.firstValue("questream-prefix")).hasValue("ask%C3%A4:%20");
    assertThat(headers.firstValue("questream-token-count")).hasValue("13");
    assertThat(headers.firstValue("questream-original-token-count")).hasValue("24");
    assertThat(headers.firstValue("questream-truncated")).hasValue("1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/embeddings|{\"input\":[1,2]}|400|lists of tokens|input",
        "/v1/embeddings|{\"input\":[[1,2],[3]]}|400|lists of tokens|input",
        "/v1/embeddings|{\"input\":[]}|400|at least one|input",
        "/v1/embeddings|{\"model\":\"m\"}|400|input is missing|input",
        "/v1/embeddings|{\"input\":\"a\",\"dimensions\":2}|400|3 dimensions|dimensions",
        "/v1/embeddings|{\"input\":\"a\",\"encoding_format\":\"int8\"}|400|float or base64|encoding_format",
        "/v1/embeddings|{\"input\":\"a\",\"top\":1}|400|top is not known|top",
        "/v1/embeddings|{\"input\":[\"a\",\" \"]}|400|nothing to encode|",
        "/v1/embeddings|[]|400|JSON object|",
        "/v1/embeddings|{\"input\":\"a\"} x|400|not JSON|",
        "/v1/embeddings|{\"input\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}|413|at most 4|",
        "/embed|{\"inputs\":\"a\",\"prompt_name\":\"query\"}|422|encoder.prefix|validation",
        "/embed|{\"inputs\":\"a\",\"normalize\":true}|422|can only be false|validation",
        "/embed|{\"inputs\":\"a\",\"truncation_direction\":\"left\"}|422|can only be right|validation",
        "/embed|{\"inputs\":[3]}|422|lists of tokens|validation",
        "/embed|{\"inputs\":\"\"}|400|nothing to encode|empty",
        "/embed|{\"inputs\":\"bad\"}|424|the model failed|backend",
        "/v1/embeddings|{\"input\":\"bad\"}|500|the model failed|",
        "/embed|{\"inputs\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}|413|at most 4|validation"
      })
  void shouldSayWhatIsWrong(String path, String body, int status, String message, String what)
      throws Exception {
    HttpResponse<String> refused = send(path, body);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
    JsonNode error = json(refused).path("error");
    if (path.equals("/embed")) {
      assertThat(error.asText()).contains(message);
      assertThat(json(refused).path("error_type").asText()).isEqualTo(what);
    } else {
      assertThat(error.path("message").asText()).contains(message);
      assertThat(error.path("param").textValue()).isEqualTo(what);
      assertThat(error.has("type")).isTrue();
      assertThat(error.has("code")).isTrue();
    }
  }

  @Test
  void shouldKeepToThePolicyOfTheStream() throws Exception {
    close();
    open();
    service.close();
    endpoints.close();
    serve(SOON, Truncation.REJECT);
    HttpResponse<String> refused = send("/embed", "{\"inputs\":\"a\",\"truncate\":true}");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("encoder.truncation is reject");
  }

  @Test
  void shouldRefuseWhatFindsNoPlaceAndStayHealthy() throws Exception {
    model.hold();
    var first = later("/v1/embeddings", "{\"input\":[\"one\",\"two\",\"three\"]}");
    await().atMost(SOON).until(() -> waiting.getAsInt() == 3);
    for (String path : List.of("/v1/embeddings", "/embed")) {
      String field = path.equals("/embed") ? "inputs" : "input";
      HttpResponse<String> busy = send(path, "{\"%s\":[\"four\",\"five\"]}".formatted(field));
      assertThat(busy.statusCode()).isEqualTo(429);
      assertThat(busy.headers().firstValue("Retry-After")).hasValue("1");
    }
    var fits = later("/embed", "{\"inputs\":\"four\"}");
    for (int i = 0; i < 20; i++) {
      assertThat(client.send(request("/health/live").build(), BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    }
    model.release();
    assertThat(first.get().statusCode()).isEqualTo(200);
    assertThat(fits.get().statusCode()).isEqualTo(200);
    await().atMost(SOON).until(() -> waiting.getAsInt() == 0);
  }

  @Test
  void shouldNotWaitForEver() throws Exception {
    service.close();
    endpoints.close();
    serve(Duration.ofMillis(500), Truncation.TRUNCATE_TAIL);
    model.hold();
    var inTheModel = later("/v1/embeddings", "{\"input\":[\"one\"]}");
    await().atMost(SOON).until(() -> model.entered);
    HttpResponse<String> openAi = inTheModel.get();
    assertThat(openAi.statusCode()).isEqualTo(504);
    assertThat(json(openAi).at("/error/code").asText()).isEqualTo("timed_out");
    HttpResponse<String> tei = send("/embed", "{\"inputs\":\"gone\"}");
    assertThat(tei.statusCode()).isEqualTo(504);
    assertThat(json(tei).path("error_type").asText()).isEqualTo("overloaded");
    await().atMost(SOON).until(() -> waiting.getAsInt() == 0);
    model.release();
    await().atMost(SOON).until(() -> encoder.state().waitingTexts() == 0);
    assertThat(model.encoded).as("nobody waited for it any more").doesNotContain("gone");
  }

  @Test
  void shouldGiveUpTextsOfAClientThatGoesAway() throws Exception {
    model.hold();
    var first = later("/embed", "{\"inputs\":\"one\"}");
    await().atMost(SOON).until(() -> model.entered);
    String body = "{\"inputs\":[\"gone\",\"lost\"]}";
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), service.address().getPort())) {
      String head =
          "POST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: %d\r\n\r\n".formatted(body.length());
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
      await().atMost(SOON).until(() -> waiting.getAsInt() == 3);
    }
    await().atMost(SOON).until(() -> waiting.getAsInt() == 1);
    assertThat(observed).containsExactly("tei 499");
    model.release();
    assertThat(first.get().statusCode()).isEqualTo(200);
    assertThat(send("/embed", "{\"inputs\":\"two\"}").statusCode()).isEqualTo(200);
    assertThat(model.encoded).containsExactly("one", "two");
  }

  /** A client that does not wait for one answer before it asks again gets both, in order. */
  @Test
  void shouldAnswerAClientThatSendsAhead() throws Exception {
    model.hold();
    String body = "{\"inputs\":\"one\"}";
    String post =
        "POST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), service.address().getPort())) {
      socket.getOutputStream().write(post.getBytes(StandardCharsets.US_ASCII));
      await().atMost(SOON).until(() -> model.entered);
      String ahead = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(ahead.getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout((int) SOON.toMillis());
      Thread.sleep(100); // until it has been read ahead
      model.release();
      String both = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(both).containsSubsequence("200 OK", "[[", "200 OK", "ok\n");
    }
  }

  @Test
  void shouldAnswerWhatWasTakenWhenItStops() throws Exception {
    model.hold();
    var taken = later("/embed", "{\"inputs\":\"one\"}");
    await().atMost(SOON).until(() -> waiting.getAsInt() == 1);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(endpoints::close);
    await().atMost(SOON).until(() -> send("/embed", "{\"inputs\":\"two\"}").statusCode() == 503);
    assertThat(send("/v1/embeddings", "{\"input\":\"two\"}").headers().firstValue("Retry-After"))
        .hasValue("1");
    assertThat(closing).isNotDone();
    model.release();
    assertThat(taken.get().statusCode()).isEqualTo(200);
    closing.get();
  }

  @Test
  void shouldStopInBoundedTimeWithAModelThatHangs() throws Exception {
    model.hold();
    var taken = later("/embed", "{\"inputs\":\"one\"}");
    await().atMost(SOON).until(() -> model.entered);
    var queued = later("/embed", "{\"inputs\":\"two\"}");
    await().atMost(SOON).until(() -> waiting.getAsInt() == 2);
    long start = System.nanoTime();
    endpoints.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    CompletableFuture<Void> closing = CompletableFuture.runAsync(encoder::close);
    assertThat(queued.get().statusCode()).isEqualTo(503);
    model.release();
    closing.get();
    assertThat(taken.get().statusCode()).as("too late").isEqualTo(503);
  }

  @Test
  void shouldRefuseWhatTheServerRefusesInTheClientsOwnTerms() throws Exception {
    HttpRequest form =
        request("/v1/embeddings")
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString("{}"))
            .build();
    HttpResponse<String> type = client.send(form, BodyHandlers.ofString());
    assertThat(type.statusCode()).isEqualTo(415);
    assertThat(json(type).at("/error/type").asText()).isEqualTo("invalid_request_error");
    HttpResponse<String> large = send("/embed", tooLarge());
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(json(large).path("error_type").asText()).isEqualTo("validation");
    HttpRequest foreign =
        request("/embed")
            .header("Content-Type", "application/json")
            .header("Origin", "http://evil.example")
            .POST(BodyPublishers.ofString("{\"inputs\":\"a\"}"))
            .build();
    assertThat(client.send(foreign, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
    HttpResponse<String> get = client.send(request("/embed").build(), BodyHandlers.ofString());
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(observed).containsExactly("openai 415", "tei 413", "tei 403", "tei 405");
  }

  private static String tooLarge() {
    return "{\"inputs\":\"" + "x".repeat(3 << 20) + "\"}";
  }

  @Test
  void shouldNotLoseTheRefusalOfALargeBodyWhileTheClientStillWrites() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(send("/embed", tooLarge()).statusCode()).isEqualTo(413);
    }
  }
}
