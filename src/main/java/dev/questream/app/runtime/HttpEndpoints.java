package dev.questream.app.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.utils.AppInfoParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator asks a running instance: {@code /health/live}, {@code /health/ready}, {@code
 * /metrics} in Prometheus' text format and {@code /info}.
 *
 * <p><b>Threading:</b> answers on two threads of its own.
 */
final class HttpEndpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoints.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int THREADS = 2;

  private final HttpServer server;
  private final ExecutorService threads;

  /** Answers a GET. */
  private interface Answer {
    Reply get() throws IOException;
  }

  private record Reply(int status, String contentType, String body) {
    static Reply health(boolean healthy, Object state) {
      return new Reply(
          healthy ? 200 : 503,
          "text/plain; charset=utf-8",
          (healthy ? "ok" : "not ok") + ", " + state + "\n");
    }
  }

  private HttpEndpoints(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Opens the port that the settings name, if they name one.
   *
   * @throws FatalException if it cannot be had
   */
  static HttpEndpoints open(
      QuestreamConfig config, QuestreamApplication application, Metrics metrics) {
    int port = config.getInt(QuestreamConfig.HTTP_PORT);
    if (port < 0) {
      return new HttpEndpoints(null, null);
    }
    InetSocketAddress address =
        new InetSocketAddress(config.getString(QuestreamConfig.HTTP_HOST), port);
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT,
          "the HTTP port %s cannot be opened: %s; set another http.port, or -1 for none"
              .formatted(address, e.getMessage()),
          e);
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "questream-http");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    serve(server, "/health/live", () -> Reply.health(application.isLive(), application.state()));
    serve(server, "/health/ready", () -> Reply.health(application.isReady(), application.state()));
    serve(
        server,
        "/metrics",
        () -> new Reply(200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape()));
    serve(
        server,
        "/info",
        () -> new Reply(200, "application/json", JSON.writeValueAsString(info(application))));
    server.start();
    LOG.info("Health and metrics on http:/{}", server.getAddress());
    return new HttpEndpoints(server, threads);
  }

  private static Map<String, Object> info(QuestreamApplication application) {
    EncoderInfo encoder = application.encoder().info();
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("questream", version());
    info.put("kafka", AppInfoParser.getVersion());
    info.put("java", Runtime.version().toString());
    info.put("state", application.state().toString());
    info.put("model", encoder.modelId());
    info.put("modelRevision", encoder.revision());
    info.put("weightsSha256", encoder.weightsSha256());
    info.put("tokenizerSha256", encoder.tokenizerSha256());
    info.put("pooling", encoder.pooling().label());
    info.put("normalized", encoder.normalized());
    info.put("precision", encoder.precision().label());
    info.put("device", application.encoder().hardware().name());
    info.put("prefix", encoder.prefix());
    info.put("dimensions", encoder.dimensions());
    info.put("maxTokens", encoder.maxTokens());
    return info;
  }

  private static String version() {
    String version = HttpEndpoints.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static void serve(HttpServer server, String path, Answer answer) {
    server.createContext(path, exchange -> answer(exchange, path, answer));
  }

  private static void answer(HttpExchange exchange, String path, Answer answer) throws IOException {
    try (exchange) {
      Reply reply =
          !exchange.getRequestURI().getPath().equals(path)
              ? new Reply(404, "text/plain", "not found\n")
              : exchange.getRequestMethod().matches("GET|HEAD")
                  ? answer.get()
                  : new Reply(405, "text/plain", "only GET\n");
      byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", reply.contentType());
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(reply.status(), head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    } catch (RuntimeException e) { // the server itself would say nothing
      LOG.warn("{} could not be answered", path, e);
    }
  }

  Optional<InetSocketAddress> address() {
    return Optional.ofNullable(server).map(HttpServer::getAddress);
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop(0);
      threads.shutdownNow();
    }
  }
}
