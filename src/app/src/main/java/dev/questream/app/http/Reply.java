package dev.questream.app.http;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * An answer to a request.
 *
 * @param status HTTP status
 * @param contentType of the body
 * @param body not to be modified
 * @param headers what else is said, beside the content type
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Reply(int status, String contentType, byte[] body, Map<String, String> headers) {

  public Reply(int status, String contentType, byte[] body) {
    this(status, contentType, body, Map.of());
  }

  /** Plain text. */
  public static Reply text(int status, String text) {
    return new Reply(
        status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A JSON document. */
  public static Reply json(int status, byte[] document) {
    return new Reply(status, "application/json", document);
  }

  /** The same with more headers. */
  public Reply with(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(headers);
    all.putAll(more);
    return new Reply(status, contentType, body, all);
  }
}
