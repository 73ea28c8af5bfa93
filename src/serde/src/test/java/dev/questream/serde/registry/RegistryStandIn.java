package dev.questream.serde.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.avro.Schema;

/**
 * A schema registry in this process: gives ids to schemas and remembers what it was asked. Or fails
 * as a registry may, on demand.
 */
public final class RegistryStandIn implements AutoCloseable {
  public static final int FIRST_ID = 0x01020304;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final List<String> schemas = new ArrayList<>();
  private final Map<String, Set<String>> bySubject = new TreeMap<>();
  private final Map<String, List<Map<String, ?>>> references = new HashMap<>();
  private final Queue<Answer> next = new ConcurrentLinkedQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Answer fixed;
  private volatile String wantedAuthorization;
  private volatile boolean stalling;

  private record Answer(int status, String body) {}

  public RegistryStandIn() {
    this(create());
  }

  private RegistryStandIn(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private static HttpServer create() {
    try {
      return HttpServer.create(loopback(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** One that speaks https, and wants a certificate of its clients if so told. */
  public static RegistryStandIn https(SSLContext context, boolean wantsCertificate) {
    HttpsServer server;
    try {
      server = HttpsServer.create(loopback(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters tls = context.getDefaultSSLParameters();
            tls.setNeedClientAuth(wantsCertificate);
            parameters.setSSLParameters(tls);
          }
        });
    return new RegistryStandIn(server);
  }

  public String url() {
    String scheme = server instanceof HttpsServer ? "https" : "http";
    return scheme + "://localhost:" + port();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Method and raw path of each request, in order. */
  public List<String> requests() {
    return new ArrayList<>(requests);
  }

  public List<String> bodies() {
    return new ArrayList<>(bodies);
  }

  /** The subjects under which something is registered. */
  public synchronized Set<String> subjects() {
    return new TreeSet<>(bySubject.keySet());
  }

  public void answerAlways(int status, String body) {
    fixed = new Answer(status, body);
  }

  public void answerAgain() {
    fixed = null;
    stalling = false;
  }

  /** Answers the next request so; of several calls one after the other. */
  public void answerNext(int status, String body) {
    next.add(new Answer(status, body));
  }

  /** Answers 401 to whoever does not bring this header. */
  public void wantAuthorization(String header) {
    wantedAuthorization = header;
  }

  /** Sends the head of an answer and then nothing more. */
  public void stall() {
    stalling = true;
  }

  /** Holds a schema as somebody else registered it, character for character. */
  public synchronized int register(String subject, String schema) {
    bySubject.computeIfAbsent(subject, unused -> new TreeSet<>()).add(schema);
    return add(schema);
  }

  /** Knows a schema under no subject. */
  public synchronized int add(String schema) {
    if (!schemas.contains(schema)) {
      schemas.add(schema);
    }
    return FIRST_ID + schemas.indexOf(schema);
  }

  /** The same with what it takes from other subjects: the first version of each. */
  public synchronized int register(String subject, String schema, String... referred) {
    references.put(
        schema,
        Arrays.stream(referred)
            .map(other -> Map.of("name", other, "subject", other, "version", 1))
            .collect(Collectors.<Map<String, ?>>toList()));
    return register(subject, schema);
  }

  private Map<String, ?> held(String schema) {
    return Map.of("schema", schema, "references", references.getOrDefault(schema, List.of()));
  }

  private Map<String, ?> version(String schema, String subject) {
    Map<String, Object> version = new HashMap<>(held(schema));
    version.putAll(Map.of("subject", subject, "version", 1, "id", add(schema)));
    return version;
  }

  private Answer version(String subject) throws IOException {
    Set<String> held = bySubject.get(subject);
    return held == null
        ? new Answer(404, "{\"error_code\":40401,\"message\":\"Subject not found.\"}")
        : json(version(held.iterator().next(), subject));
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath());
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    bodies.add(body);
    if (stalling) {
      exchange.sendResponseHeaders(200, 100);
      exchange.getResponseBody().write('{');
      exchange.getResponseBody().flush();
      awaitClose();
      return;
    }
    Answer answer = chosen(exchange, body);
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Answer chosen(HttpExchange exchange, String body) throws IOException {
    Answer queued = next.poll();
    if (queued != null) {
      return queued;
    }
    if (fixed != null) {
      return fixed;
    }
    String wanted = wantedAuthorization;
    if (wanted != null && !wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      return new Answer(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
    }
    return answer(exchange, body);
  }

  private synchronized Answer answer(HttpExchange exchange, String body) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/", -1);
    String last = path[path.length - 1];
    if (exchange.getRequestMethod().equals("GET") && path[1].equals("subjects")) {
      return version(path[2]);
    }
    if (exchange.getRequestMethod().equals("GET")) {
      int at = Integer.parseInt(last) - FIRST_ID;
      return at < 0 || at >= schemas.size()
          ? new Answer(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}")
          : json(held(schemas.get(at)));
    }
    JsonNode request = JSON.readTree(body);
    String schema = request.path("schema").asText();
    if (last.equals("versions")) {
      return json(Map.of("id", register(path[path.length - 2], schema)));
    }
    return lookUp(last, schema, "normalize=true".equals(exchange.getRequestURI().getQuery()));
  }

  private Answer lookUp(String subject, String schema, boolean normalize) throws IOException {
    if (!bySubject.containsKey(subject)) {
      return new Answer(404, "{\"error_code\":40401,\"message\":\"Subject not found.\"}");
    }
    for (String held : bySubject.get(subject)) {
      if (held.equals(schema) || (normalize && parse(held).equals(parse(schema)))) {
        return json(Map.of("id", add(held), "subject", subject, "version", 1, "schema", held));
      }
    }
    return new Answer(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
  }

  private static Schema parse(String schema) {
    return new Schema.Parser().parse(schema);
  }

  private static Answer json(Map<String, ?> body) throws IOException {
    return new Answer(200, JSON.writeValueAsString(body));
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
