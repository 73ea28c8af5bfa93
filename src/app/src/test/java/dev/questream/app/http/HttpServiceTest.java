package dev.questream.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server among clients that mean no good. */
@Timeout(120)
class HttpServiceTest {
  private static final byte[] HUGE = new byte[32 << 20];
  private static final Duration SOON = Duration.ofSeconds(10);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(SOON).build();
  private final List<Socket> sockets = new ArrayList<>();
  private HttpService service;

  @BeforeEach
  void open() throws IOException {
    service = open(List.of());
  }

  private static HttpService open(List<Credential> credentials) throws IOException {
    Map<String, Resource> resources =
        Map.of(
            "/health/live", Resource.of(() -> Reply.text(200, "ok")),
            "/page", Resource.of(() -> Reply.text(200, "a page")),
            "/huge", Resource.of(() -> new Reply(200, "text/plain", HUGE)),
            "/broken",
                Resource.of(
                    () -> {
                      throw new IllegalStateException("secret reasons");
                    }),
            "/echo",
                Resource.of(
                    "POST",
                    call ->
                        CompletableFuture.completedFuture(
                            new Reply(200, "application/json", call.body()))));
    return HttpService.open(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        resources,
        new Access(credentials, new SameOrigin(List.of())));
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    service.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://localhost:%d%s".formatted(service.address().getPort(), path)))
        .timeout(SOON);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder post(byte[] body) {
    return request("/echo")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(body));
  }

  private Socket raw(String text) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.address().getPort());
    sockets.add(socket);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  private static String firstLine(Socket socket) throws IOException {
    socket.setSoTimeout((int) SOON.toMillis());
    StringBuilder line = new StringBuilder();
    InputStream in = socket.getInputStream();
    for (int next = in.read(); next >= 0 && next != '\r'; next = in.read()) {
      line.append((char) next);
    }
    return line.toString();
  }

  private void assertHealthy() throws Exception {
    assertThat(send(request("/health/live")).body()).isEqualTo("ok\n");
  }

  @Test
  void shouldAnswerMethodsAndPathsThatAreThere() throws Exception {
    assertThat(send(request("/page")).body()).isEqualTo("a page\n");
    HttpResponse<String> head = send(request("/page").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    HttpResponse<String> options =
        send(request("/page").method("OPTIONS", BodyPublishers.noBody()));
    assertThat(options.headers().firstValue("Allow")).hasValue("GET, HEAD, OPTIONS");
    HttpResponse<String> delete = send(request("/page").DELETE());
    assertThat(delete.statusCode()).isEqualTo(405);
    assertThat(delete.headers().firstValue("Allow")).hasValue("GET, HEAD, OPTIONS");
    assertThat(send(request("/echo")).statusCode()).as("GET of what takes POST").isEqualTo(405);
    for (String unknown : List.of("/no", "/page/", "/page/more", "/..%2fpage", "//page")) {
      assertThat(send(request(unknown)).statusCode()).as(unknown).isIn(400, 404);
    }
  }

  @Test
  void shouldTellBrowsersWhatToRefuse() throws Exception {
    for (String path : List.of("/page", "/no", "/health/live")) {
      var headers = send(request(path)).headers();
      assertThat(headers.firstValue("Content-Security-Policy").orElseThrow())
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(headers.firstValue("Referrer-Policy")).hasValue("no-referrer");
      assertThat(headers.firstValue("Server")).isEmpty();
    }
  }

  @Test
  void shouldSayNothingOfItsFailures() throws Exception {
    HttpResponse<String> broken = send(request("/broken"));
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.body()).doesNotContain("secret", "Exception");
    Socket nonsense = raw("NONSENSE\r\n\r\n");
    assertThat(firstLine(nonsense)).contains(" 400 ");
    assertHealthy();
  }

  @Test
  void shouldRefuseBodiesThatAreTooLarge() throws Exception {
    byte[] fits = "x".repeat(60_000).getBytes(StandardCharsets.UTF_8);
    assertThat(send(post(fits)).body()).hasSize(60_000);
    Socket announced =
        raw(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 9999999999\r\n\r\n");
    assertThat(firstLine(announced)).contains(" 413 ");
    Socket chunked =
        raw(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "20000\r\n"
                + "x".repeat((64 << 10) + 1)); // no more: the answer closes what is still sent
    assertThat(firstLine(chunked)).contains(" 413 ");
    Socket header = raw("GET /page HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(16 << 10));
    assertThat(firstLine(header)).contains(" 431 ");
    assertHealthy();
  }

  @Test
  void shouldTakeOnlyJsonFromItsOwnPages() throws Exception {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    HttpRequest.Builder form =
        request("/echo")
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofByteArray(body));
    HttpResponse<String> refused = send(form);
    assertThat(refused.statusCode()).isEqualTo(415);
    assertThat(refused.headers().firstValue("connection"))
        .as("its body was not read")
        .hasValue("close");
    assertThat(send(post(body).header("Origin", "http://evil.example")).statusCode())
        .isEqualTo(403);
    String own = "http://localhost:" + service.address().getPort();
    assertThat(send(post(body).header("Origin", own)).statusCode()).isEqualTo(200);
    assertThat(send(post(body).header("Sec-Fetch-Site", "cross-site")).statusCode()).isEqualTo(403);
    Socket rebound =
        raw(
            "POST /echo HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n"
                + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    assertThat(firstLine(rebound)).contains(" 403 ");
  }

  /** Each holds a connection; with a thread for each, none would be left. */
  @Test
  void shouldAnswerWhileSlowClientsHang() throws Exception {
    for (int i = 0; i < 60; i++) {
      raw("GET /huge HTTP/1.1\r\nHost: localhost\r\n\r\n"); // and never reads
      raw("GET /page HTTP/1.1\r\nHost: loc"); // and never ends
      raw(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 100\r\n\r\n{"); // and never ends
    }
    long start = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      assertHealthy();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
  }

  @Test
  void shouldGetRidOfCrowds() throws Exception {
    for (int i = 0; i < 700; i++) {
      raw("");
    }
    HttpResponse<String> health = send(request("/health/live").timeout(Duration.ofSeconds(60)));
    assertThat(health.body()).isEqualTo("ok\n");
  }

  @Test
  void shouldAskForUserAndPasswordEverywhereButForTheHealth() throws Exception {
    service.close();
    service = open(List.of(new BasicAuth("ann", "secret"), Credential.bearer("t0ken")));
    HttpResponse<String> stranger = send(request("/page"));
    assertThat(stranger.statusCode()).isEqualTo(401);
    assertThat(stranger.headers().firstValue("WWW-Authenticate").orElseThrow())
        .startsWith("Basic realm=");
    assertThat(send(request("/no")).statusCode()).as("tells nothing").isEqualTo(401);
    assertThat(send(post(new byte[2])).statusCode()).isEqualTo(401);
    for (String trick :
        List.of("/health/../page", "/health/%2e%2e/page", "/health/live/../../page")) {
      assertThat(send(request(trick)).body()).as(trick).doesNotContain("a page");
    }
    String header = "Basic YW5uOnNlY3JldA=="; // ann:secret
    assertThat(send(request("/page").header("Authorization", header)).body()).isEqualTo("a page\n");
    assertThat(send(request("/page").header("Authorization", "Bearer t0ken")).body())
        .isEqualTo("a page\n");
    assertThat(stranger.headers().allValues("WWW-Authenticate")).hasSize(2);
    assertHealthy();
  }
}
