package dev.questream.app.http;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what is behind a path, asks for it and sends it, without waiting for anybody. */
final class Dispatch extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);
  private static final int MAX_BODY_BYTES = 64 << 10;
  private static final long BODY_SECONDS = 10;
  private static final Set<String> BODILESS = Set.of("GET", "HEAD", "OPTIONS");
  private static final Resource.Call NOTHING = new Resource.Call("", "", new byte[0]);

  private final Map<String, Resource> resources;
  private final Access access;

  Dispatch(Map<String, Resource> resources, Access access) {
    this.resources = Map.copyOf(resources);
    this.access = access;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    SecurityHeaders.add(response.getHeaders());
    safely(request, response.getHeaders())
        .exceptionally(failure -> failed(request, failure))
        .thenAccept(reply -> send(request, response, reply, callback))
        .exceptionally(
            failure -> {
              callback.failed(failure);
              return null;
            });
    return true;
  }

  private CompletableFuture<Reply> safely(Request request, HttpFields.Mutable headers) {
    try {
      return answer(request, headers);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Reply> answer(Request request, HttpFields.Mutable headers) {
    String path = Request.getPathInContext(request);
    if (!access.knows(request, path)) {
      headers.put(HttpHeader.WWW_AUTHENTICATE, BasicAuth.CHALLENGE);
      return now(Reply.text(401, "user and password are needed"));
    }
    Resource resource = resources.get(path);
    if (resource == null) {
      return now(Reply.text(404, "not found"));
    }
    String method = request.getMethod();
    boolean read = resource.method().equals("GET");
    String allowed = read ? "GET, HEAD, OPTIONS" : resource.method() + ", OPTIONS";
    if (method.equals("OPTIONS")) {
      headers.put(HttpHeader.ALLOW, allowed);
      return now(Reply.text(200, allowed));
    }
    if (!method.equals(resource.method()) && !(read && method.equals("HEAD"))) {
      headers.put(HttpHeader.ALLOW, allowed);
      return now(Reply.text(405, "only " + allowed));
    }
    String query = Optional.ofNullable(request.getHttpURI().getQuery()).orElse("");
    return read
        ? resource.answer(new Resource.Call(method, query, NOTHING.body()))
        : withBody(request, resource, method, query);
  }

  private CompletableFuture<Reply> withBody(
      Request request, Resource resource, String method, String query) {
    Optional<Reply> refusal = access.refusal(request);
    if (refusal.isPresent()) {
      return now(refusal.get());
    }
    if (request.getLength() > MAX_BODY_BYTES) {
      return now(tooLarge());
    }
    return Content.Source.asByteBufferAsync(request, MAX_BODY_BYTES)
        .orTimeout(BODY_SECONDS, TimeUnit.SECONDS)
        .handle((body, failure) -> failure == null ? bytes(body) : refuse(cause(failure)))
        .thenCompose(body -> resource.answer(new Resource.Call(method, query, body)));
  }

  private static byte[] bytes(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }

  private static byte[] refuse(Throwable failure) {
    throw new RefusedException(
        failure instanceof TimeoutException
            ? Reply.text(408, "the body did not come within %d s".formatted(BODY_SECONDS))
            : String.valueOf(failure.getMessage()).contains("too large") // Jetty has no type for it
                ? tooLarge()
                : Reply.text(400, "the body cannot be read"));
  }

  private static Throwable cause(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  private static Reply tooLarge() {
    return Reply.text(413, "the body has more than %,d bytes".formatted(MAX_BODY_BYTES));
  }

  private static CompletableFuture<Reply> now(Reply reply) {
    return CompletableFuture.completedFuture(reply);
  }

  private static Reply failed(Request request, Throwable thrown) {
    Throwable failure = cause(thrown);
    if (failure instanceof RefusedException refused) {
      return refused.reply();
    }
    LOG.warn("{} could not be answered", request.getHttpURI().getPath(), failure);
    return Reply.text(500, "this could not be answered; the log says why");
  }

  /**
   * What is left of a body that nobody wants is not waited for: the connection is closed, and the
   * client told so, or its next request might meet a connection that is about to close.
   */
  private static void send(Request request, Response response, Reply reply, Callback callback) {
    HttpFields.Mutable headers = response.getHeaders();
    response.setStatus(reply.status());
    headers.put(HttpHeader.CONTENT_TYPE, reply.contentType());
    headers.put(HttpHeader.CONTENT_LENGTH, reply.body().length);
    if (reply.status() >= 400 && !BODILESS.contains(request.getMethod())) {
      headers.put(HttpHeader.CONNECTION, "close");
    }
    boolean head = request.getMethod().equals("HEAD");
    response.write(true, head ? null : ByteBuffer.wrap(reply.body()), callback);
  }

  /** Ends the reading of a body with a reply. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Reply reply;

    RefusedException(Reply reply) {
      super(null, null, false, false);
      this.reply = reply;
    }

    Reply reply() {
      return reply;
    }
  }
}
