package dev.questream.hub;

import dev.questream.weights.ModelException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Requests whose redirects are followed by hand, so that the token goes to the endpoint alone.
 *
 * <p>A redirect is refused when it is the sixth, when it leads to something other than http or
 * https, and when it leads from https to http.
 */
final class HubTransport {
  private static final int MAX_REDIRECTS = 5;

  private final URI endpoint;
  private final Optional<String> token;
  private final Duration timeout;

  /**
   * @param timeout for connecting, and for each wait for more bytes
   */
  HubTransport(HubSettings settings, Duration timeout) {
    this.endpoint = settings.endpoint();
    this.token = settings.token();
    this.timeout = timeout;
  }

  /** GET through all redirects. */
  HubResponse get(URI uri, Map<String, String> headers) throws IOException {
    return follow("GET", uri, headers);
  }

  /** HEAD through the redirects within the hub; the answer may itself redirect elsewhere. */
  HubResponse head(URI uri) throws IOException {
    return follow("HEAD", uri, Map.of());
  }

  boolean isHub(URI uri) {
    return uri.getScheme().equals(endpoint.getScheme())
        && uri.getHost().equalsIgnoreCase(endpoint.getHost())
        && port(uri) == port(endpoint);
  }

  private HubResponse follow(String method, URI start, Map<String, String> headers)
      throws IOException {
    URI uri = start;
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      HubResponse response = request(method, uri, headers);
      Optional<String> location = response.location();
      if (location.isEmpty()) {
        return response;
      }
      URI next = target(response, location.get());
      if (method.equals("HEAD")
          && (!isHub(next) || response.header(RemoteFile.LINKED_ETAG).isPresent())) {
        return response;
      }
      response.close();
      uri = next;
    }
    throw new ModelException(
        "%s was redirected more than %d times, at last to %s; check HF_ENDPOINT and any proxy"
            .formatted(start, MAX_REDIRECTS, withoutQuery(uri)));
  }

  private URI target(HubResponse response, String location) {
    URI from = response.uri();
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      response.close();
      throw refused(from, "what is no URL", e);
    }
    boolean secure = "https".equals(to.getScheme());
    boolean plain = "http".equals(to.getScheme()) && endpoint.getScheme().equals("http");
    if ((!secure && !plain) || to.getHost() == null || to.getRawUserInfo() != null) {
      response.close();
      throw refused(from, to.getScheme() + "://" + to.getHost(), null);
    }
    return to;
  }

  private static ModelException refused(URI from, String to, Throwable cause) {
    return new ModelException(
        ("%s redirects to %s; only https is followed, or http if HF_ENDPOINT is http: check"
                + " HF_ENDPOINT and any proxy")
            .formatted(withoutQuery(from), to),
        cause);
  }

  private HubResponse request(String method, URI uri, Map<String, String> headers)
      throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout((int) timeout.toMillis());
    connection.setReadTimeout((int) timeout.toMillis());
    connection.setRequestProperty("User-Agent", "questream");
    connection.setRequestProperty("Accept-Encoding", "identity");
    headers.forEach(connection::setRequestProperty);
    if (token.isPresent() && isHub(uri)) {
      connection.setRequestProperty("Authorization", "Bearer " + token.get());
    }
    try {
      return new HubResponse(uri, connection.getResponseCode(), connection);
    } catch (IOException e) {
      connection.disconnect();
      throw e;
    }
  }

  /** Signed URLs are secrets: they stay out of messages. */
  static String withoutQuery(URI uri) {
    return uri.toString().replaceAll("[?#].*", "");
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return uri.getScheme().equals("https") ? 443 : 80;
  }
}
