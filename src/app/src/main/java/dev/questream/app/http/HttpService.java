package dev.questream.app.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves resources on a port. Clients that send slowly, read slowly or come in crowds hold memory
 * for a bounded time, and no thread: whoever asks for the health is answered meanwhile.
 *
 * <p><b>Threading:</b> has daemon threads of its own.
 */
public final class HttpService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);
  private static final int MAX_THREADS = 8;
  private static final int MAX_CONNECTIONS = 512;
  private static final long CROWDED_IDLE_MS = 500;
  private static final long IDLE_MS = 15_000;
  private static final long STOP_MS = 1_500;
  private static final int MAX_HEADER_BYTES = 16 << 10;

  private final Server server;
  private final ServerConnector connector;
  private final GracefulHandler answers;

  private HttpService(Server server, ServerConnector connector, GracefulHandler answers) {
    this.server = server;
    this.connector = connector;
    this.answers = answers;
  }

  /**
   * Starts to serve.
   *
   * @param address where; port 0 for a free one
   * @param resources by their paths, all of them exact
   * @throws IOException if the port cannot be had
   */
  public static HttpService open(
      InetSocketAddress address, Map<String, Resource> resources, Access access)
      throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1);
    threads.setName("questream-http");
    threads.setDaemon(true);
    Server server = new Server(threads);
    ServerConnector connector =
        new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE_MS);
    connector.setAcceptQueueSize(MAX_CONNECTIONS); // in a crowd the system lets others wait
    server.addConnector(connector);
    NetworkConnectionLimit limit = new NetworkConnectionLimit(MAX_CONNECTIONS, connector);
    limit.setEndPointIdleTimeout(CROWDED_IDLE_MS); // in a crowd the idle ones have to go
    server.addBean(limit);
    GracefulHandler answers = new GracefulHandler(new Dispatch(resources, access));
    server.setHandler(answers);
    server.setErrorHandler(new BriefErrors());
    HttpService service = new HttpService(server, connector, answers);
    service.start();
    return service;
  }

  private static HttpConfiguration configuration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    http.setIdleTimeout(IDLE_MS);
    http.setMaxUnconsumedRequestContentReads(1);
    return http;
  }

  private void start() throws IOException {
    try {
      server.start();
    } catch (Exception e) {
      close();
      throw e instanceof IOException failure ? failure : new IOException(e.getMessage(), e);
    }
  }

  /** Where it serves. */
  public InetSocketAddress address() {
    try {
      return (InetSocketAddress) ((ServerSocketChannel) connector.getTransport()).getLocalAddress();
    } catch (IOException e) {
      throw new IllegalStateException("the HTTP port is closed", e);
    }
  }

  /** Answers nothing new, sends what is being answered, for a second or two, and stops. */
  @Override
  public void close() {
    try {
      answers.shutdown().get(STOP_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.debug("Some clients do not read their answers", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      LOG.warn("The HTTP server did not stop cleanly", e);
    }
    try {
      server.stop();
    } catch (Exception e) {
      LOG.warn("The HTTP server did not stop cleanly", e);
    }
  }

  /** What cannot be understood at all gets a line of text, with no word of what serves it. */
  private static final class BriefErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      HttpFields.Mutable headers = response.getHeaders();
      SecurityHeaders.add(headers);
      headers.put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
      Content.Sink.write(response, true, "status " + response.getStatus() + "\n", callback);
      return true;
    }
  }
}
