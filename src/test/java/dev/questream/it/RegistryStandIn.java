package dev.questream.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The two calls of the Confluent REST API that a serializer and a deserializer make, in memory. */
final class RegistryStandIn implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FIRST_ID = 1001;

  private final HttpServer server;
  private final List<String> schemas = new ArrayList<>();
  private final TreeSet<String> subjects = new TreeSet<>();

  RegistryStandIn() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/subjects/", this::register);
    server.createContext("/schemas/ids/", this::byId);
    server.start();
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  synchronized TreeSet<String> subjects() {
    return new TreeSet<>(subjects);
  }

  private synchronized void register(HttpExchange exchange) throws IOException {
    String subject = exchange.getRequestURI().getRawPath().split("/")[2];
    subjects.add(URLDecoder.decode(subject, StandardCharsets.UTF_8));
    String schema = JSON.readTree(exchange.getRequestBody()).path("schema").asText();
    if (!schemas.contains(schema)) {
      schemas.add(schema);
    }
    answer(exchange, Map.of("id", FIRST_ID + schemas.indexOf(schema)));
  }

  private synchronized void byId(HttpExchange exchange) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/");
    answer(exchange, Map.of("schema", schemas.get(Integer.parseInt(path[3]) - FIRST_ID)));
  }

  private static void answer(HttpExchange exchange, Map<String, ?> body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
