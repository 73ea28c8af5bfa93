package dev.questream.app.http;

import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Who may do what.
 *
 * @param credentials any of which opens everything but {@code /health}, which is open; none:
 *     anybody may do everything
 * @param origins from where something may be changed
 */
public record Access(List<Credential> credentials, SameOrigin origins) {
  private static final String OPEN = "/health/";

  /** Whether the request says who it comes from, where that is asked. */
  boolean knows(Request request, String path) {
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    return path.startsWith(OPEN)
        || credentials.isEmpty()
        || credentials.stream().anyMatch(credential -> credential.accepts(header));
  }

  /** Why a request that brings a body is refused, if it is. */
  Optional<Reply> refusal(Request request, Resource resource) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
      return Optional.of(
          resource.refusal(
              415, "the content type is %s, it must be application/json".formatted(type)));
    }
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    String site = request.getHeaders().get("Sec-Fetch-Site");
    if (resource.isForPrograms() && origin == null && site == null) {
      return Optional.empty(); // a browser would say so
    }
    return origins
        .refusal(request.getHeaders().get(HttpHeader.HOST), origin, site)
        .map(why -> resource.refusal(403, why));
  }
}
