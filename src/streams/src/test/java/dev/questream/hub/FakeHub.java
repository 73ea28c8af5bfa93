package dev.questream.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Two servers that behave like the hub: {@code localhost} lists and describes and serves small
 * files, and redirects to {@code 127.0.0.1}, the store, for large ones.
 */
public final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  public static final String MODEL = "owner/tiny";

  /** What a server saw. */
  public record Seen(
      String server, String method, String path, String range, String authorization) {}

  /** Answers instead of the hub; returns whether it did. */
  public interface Trick {
    boolean answer(HttpExchange exchange) throws IOException;
  }

  public final Map<String, byte[]> files = new TreeMap<>();
  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final ConcurrentLinkedDeque<Trick> hubTricks = new ConcurrentLinkedDeque<>();
  final ConcurrentLinkedDeque<Trick> storeTricks = new ConcurrentLinkedDeque<>();
  final AtomicLong bytesStored = new AtomicLong();
  final ConcurrentMap<String, String> etags = new ConcurrentHashMap<>();
  final ConcurrentMap<String, Long> sizes = new ConcurrentHashMap<>();
  volatile boolean ranges = true;
  volatile String commit = COMMIT;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub;
  private final HttpServer store;

  public FakeHub() throws IOException {
    hub = start("localhost", this::hub);
    store = start("127.0.0.1", this::store);
  }

  private HttpServer start(String host, Trick answer) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(host, 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer.answer(exchange);
          }
        });
    server.start();
    return server;
  }

  public URI endpoint() {
    return URI.create("http://localhost:" + hub.getAddress().getPort());
  }

  public URI storeUri() {
    return URI.create("http://127.0.0.1:" + store.getAddress().getPort());
  }

  public List<Seen> gets(String suffix) {
    return seen.stream()
        .filter(s -> s.method().equals("GET") && s.path().endsWith(suffix))
        .toList();
  }

  private boolean hub(HttpExchange exchange) throws IOException {
    note("hub", exchange);
    for (Trick trick : hubTricks) {
      if (trick.answer(exchange)) {
        return true;
      }
    }
    String path =
        exchange.getRequestURI().getPath().replace("/resolve/main/", "/resolve/" + commit + "/");
    if (path.startsWith("/api/models/" + MODEL + "/revision/")) {
      return reply(exchange, 200, listing().getBytes(StandardCharsets.UTF_8));
    }
    String prefix = "/" + MODEL + "/resolve/" + commit + "/";
    String name = path.startsWith(prefix) ? path.substring(prefix.length()) : "";
    byte[] content = files.get(name);
    if (content == null) {
      return reply(exchange, 404, new byte[0]);
    }
    exchange.getResponseHeaders().set("X-Repo-Commit", commit);
    if (isLarge(name)) {
      exchange
          .getResponseHeaders()
          .set("X-Linked-ETag", '"' + etags.getOrDefault(name, Sha256.of(content)) + '"');
      exchange
          .getResponseHeaders()
          .set("X-Linked-Size", "" + sizes.getOrDefault(name, (long) content.length));
      return redirect(exchange, storeUri() + "/" + name + "?signature=secret");
    }
    exchange
        .getResponseHeaders()
        .set("ETag", "W/\"" + etags.getOrDefault(name, git(content)) + '"');
    return reply(exchange, 200, content);
  }

  private boolean store(HttpExchange exchange) throws IOException {
    note("store", exchange);
    for (Trick trick : storeTricks) {
      if (trick.answer(exchange)) {
        return true;
      }
    }
    byte[] content = files.get(exchange.getRequestURI().getPath().substring(1));
    String range = exchange.getRequestHeaders().getFirst("Range");
    int start = 0;
    if (range != null && ranges) {
      start = Integer.parseInt(range.replaceAll("\\D", ""));
      if (start >= content.length) {
        return reply(exchange, 416, new byte[0]);
      }
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes %d-%d/%d".formatted(start, content.length - 1, content.length));
    }
    byte[] part = Arrays.copyOfRange(content, start, content.length);
    bytesStored.addAndGet(part.length);
    return reply(exchange, range != null && ranges ? 206 : 200, part);
  }

  /** Says that all of {@code content} comes, and hangs up after {@code bytes}. */
  public boolean cut(HttpExchange exchange, byte[] content, int bytes) throws IOException {
    exchange.sendResponseHeaders(200, content.length);
    exchange.getResponseBody().write(content, 0, bytes);
    exchange.getResponseBody().flush();
    bytesStored.addAndGet(bytes);
    return true;
  }

  public static boolean redirect(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    exchange.sendResponseHeaders(302, -1);
    return true;
  }

  public static boolean reply(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", "" + body.length);
      exchange.sendResponseHeaders(status, -1);
      return true;
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    return true;
  }

  /** Answers the next requests with these statuses, one each. */
  public Trick statuses(Integer... statuses) {
    ConcurrentLinkedDeque<Integer> left = new ConcurrentLinkedDeque<>(List.of(statuses));
    return exchange -> {
      Integer status = left.poll();
      return status != null && reply(exchange, status, new byte[0]);
    };
  }

  public static String git(byte[] content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private String listing() {
    Set<String> names = files.keySet();
    return "{\"sha\": \"%s\", \"siblings\": [%s]}"
        .formatted(
            commit,
            names.stream()
                .map(name -> "{\"rfilename\": \"%s\"}".formatted(name))
                .collect(Collectors.joining(", ")));
  }

  public static boolean isLarge(String name) {
    return name.endsWith(".safetensors") || name.endsWith(".bin") || name.endsWith(".onnx");
  }

  private void note(String server, HttpExchange exchange) {
    seen.add(
        new Seen(
            server,
            exchange.getRequestMethod(),
            URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8),
            exchange.getRequestHeaders().getFirst("Range"),
            exchange.getRequestHeaders().getFirst("Authorization")));
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
    threads.shutdownNow();
  }
}
