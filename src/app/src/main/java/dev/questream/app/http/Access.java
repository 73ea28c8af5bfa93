package dev.questream.app.http;

import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Who may do what.
 *
 * @param user who everything but {@code /health} asks for; empty: anybody
 * @param origins from where something may be changed
 */
public record Access(Optional<BasicAuth> user, SameOrigin origins) {
  private static final String OPEN = "/health/";

  /** Whether the request says who it comes from, where that is asked. */
  boolean knows(Request request, String path) {
    return path.startsWith(OPEN)
        || user.isEmpty()
        || user.get().accepts(request.getHeaders().get(HttpHeader.AUTHORIZATION));
  }

  /** Why a request that brings a body is refused, if it is. */
  Optional<Reply> refusal(Request request) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
      return Optional.of(
          Reply.text(415, "the content type is %s, it must be application/json".formatted(type)));
    }
    return origins
        .refusal(
            request.getHeaders().get(HttpHeader.HOST),
            request.getHeaders().get(HttpHeader.ORIGIN),
            request.getHeaders().get("Sec-Fetch-Site"))
        .map(why -> Reply.text(403, why));
  }
}
