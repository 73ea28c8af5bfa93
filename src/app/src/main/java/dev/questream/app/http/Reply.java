package dev.questream.app.http;

import java.nio.charset.StandardCharsets;

/**
 * An answer to a request.
 *
 * @param status HTTP status
 * @param contentType of the body
 * @param body not to be modified
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Reply(int status, String contentType, byte[] body) {

  /** Plain text. */
  public static Reply text(int status, String text) {
    return new Reply(
        status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A JSON document. */
  public static Reply json(int status, byte[] document) {
    return new Reply(status, "application/json", document);
  }
}
