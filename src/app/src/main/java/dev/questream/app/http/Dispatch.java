package dev.questream.app.http;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
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
  private static final int MEMORY_FOR_BODIES = 32 << 20;
  private static final long BODY_SECONDS = 10;
  private static final long MOST_LET_GO = 16 << 20;
  private static final int CLIENT_GONE = 499; // nobody reads it
  private static final String NEEDED = "who asks has to say so: user and password, or a token";
  private static final Set<String> BODILESS = Set.of("GET", "HEAD", "OPTIONS");
  private static final Resource.Call NOTHING = new Resource.Call("", "", new byte[0]);

  private final Map<String, Resource> resources;
  private final Access access;
  private final Semaphore memory = new Semaphore(MEMORY_FOR_BODIES); // bytes

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
    Resource resource = resources.get(path);
    if (!access.knows(request, path)) {
      access
          .credentials()
          .forEach(one -> headers.add(HttpHeader.WWW_AUTHENTICATE, one.challenge()));
      return now(
          Optional.ofNullable(resource)
              .map(known -> known.refusal(401, NEEDED))
              .orElseGet(() -> Reply.text(401, NEEDED)));
    }
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
      return now(resource.refusal(405, "only " + allowed));
    }
    String query = Optional.ofNullable(request.getHttpURI().getQuery()).orElse("");
    return read
        ? resource.answer(new Resource.Call(method, query, NOTHING.body()))
        : withBody(request, resource, method, query);
  }

  private CompletableFuture<Reply> withBody(
      Request request, Resource resource, String method, String query) {
    Optional<Reply> refusal = access.refusal(request, resource);
    if (refusal.isPresent()) {
      return now(refusal.get());
    }
    int most = resource.maxBodyBytes();
    if (request.getLength() > most) {
      return afterTheBody(request, tooLarge(resource));
    }
    int reserved = request.getLength() < 0 ? most : (int) request.getLength();
    if (!memory.tryAcquire(reserved)) {
      return now(resource.refusal(429, "too many large requests at once; try again"));
    }
    return Content.Source.asByteBufferAsync(request, most)
        .orTimeout(BODY_SECONDS, TimeUnit.SECONDS)
        .handle((body, failure) -> failure == null ? bytes(body) : refuse(resource, cause(failure)))
        .thenCompose(
            body -> unlessGone(request, resource.answer(new Resource.Call(method, query, body))))
        .whenComplete((reply, failure) -> memory.release(reserved));
  }

  /**
   * Many clients lose an answer that comes while they write: what is not huge is read and let go.
   */
  private static CompletableFuture<Reply> afterTheBody(Request request, Reply refusal) {
    if (request.getLength() > MOST_LET_GO || request.getHeaders().contains(HttpHeader.EXPECT)) {
      return now(refusal);
    }
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    Content.Source.consumeAll(
        request,
        Callback.from(() -> answer.complete(refusal), failure -> answer.complete(refusal)));
    return answer.completeOnTimeout(refusal, BODY_SECONDS, TimeUnit.SECONDS);
  }

  private static CompletableFuture<Reply> unlessGone(
      Request request, CompletableFuture<Reply> answer) {
    if (answer.isDone()) {
      return answer;
    }
    Departure departure = Departure.watch(request, () -> answer.cancel(false));
    return answer.whenComplete((reply, failure) -> departure.end());
  }

  private static byte[] bytes(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }

  private static byte[] refuse(Resource resource, Throwable failure) {
    throw new RefusedException(
        failure instanceof TimeoutException
            ? resource.refusal(408, "the body did not come within %d s".formatted(BODY_SECONDS))
            : String.valueOf(failure.getMessage()).contains("too large") // Jetty has no type for it
                ? tooLarge(resource)
                : resource.refusal(400, "the body cannot be read"));
  }

  private static Throwable cause(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  private static Reply tooLarge(Resource resource) {
    return resource.refusal(
        413, "the body has more than %,d bytes".formatted(resource.maxBodyBytes()));
  }

  private static CompletableFuture<Reply> now(Reply reply) {
    return CompletableFuture.completedFuture(reply);
  }

  private static Reply failed(Request request, Throwable thrown) {
    Throwable failure = cause(thrown);
    if (failure instanceof RefusedException refused) {
      return refused.reply();
    }
    if (failure instanceof CancellationException) {
      return Reply.text(CLIENT_GONE, "nobody waits for this any more");
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
    reply.headers().forEach(headers::put);
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
