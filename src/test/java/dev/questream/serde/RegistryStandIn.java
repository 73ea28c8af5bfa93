package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A schema registry in this process: gives ids to schemas and remembers what it was asked. Or
 * answers everything with one fixed answer.
 */
final class RegistryStandIn implements AutoCloseable {
  static final int FIRST_ID = 0x01020304;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final Map<Integer, String> schemas = new ConcurrentHashMap<>();
  private volatile Answer fixed;

  private record Answer(int status, String body) {}

  RegistryStandIn() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Method and raw path of each request, in order. */
  List<String> requests() {
    return new ArrayList<>(requests);
  }

  List<String> bodies() {
    return new ArrayList<>(bodies);
  }

  void answerAlways(int status, String body) {
    fixed = new Answer(status, body);
  }

  void answerAgain() {
    fixed = null;
  }

  synchronized int add(String schema) {
    int id = FIRST_ID + schemas.size();
    schemas.put(id, schema);
    return id;
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath());
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    bodies.add(body);
    Answer answer = fixed == null ? answer(exchange, body) : fixed;
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Answer answer(HttpExchange exchange, String body) throws IOException {
    if (exchange.getRequestMethod().equals("POST")) {
      JsonNode json = JSON.readTree(body);
      return new Answer(200, "{\"id\":%d}".formatted(add(json.path("schema").asText())));
    }
    String path = exchange.getRequestURI().getPath();
    String schema = schemas.get(Integer.valueOf(path.substring(path.lastIndexOf('/') + 1)));
    return schema == null
        ? new Answer(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}")
        : new Answer(200, JSON.createObjectNode().put("schema", schema).toString());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
