package dev.questream.app.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * HTTP basic authentication of one user (RFC 7617, UTF-8).
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class BasicAuth implements Credential {
  private static final String CHALLENGE = "Basic realm=\"questream\", charset=\"UTF-8\"";

  private static final String SCHEME = "basic ";

  private final byte[] expected;

  /** The user that is let in. */
  public BasicAuth(String user, String password) {
    if (user.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "the user of HTTP basic authentication must not have a colon in its name");
    }
    this.expected = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String challenge() {
    return CHALLENGE;
  }

  @Override
  public boolean accepts(String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    try {
      byte[] given = Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
      return MessageDigest.isEqual(expected, given);
    } catch (IllegalArgumentException e) { // no Base64
      return false;
    }
  }
}
