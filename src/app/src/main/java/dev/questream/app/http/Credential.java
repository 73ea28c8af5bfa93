package dev.questream.app.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A way to say who a request comes from.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public interface Credential {

  /**
   * Whether the header is right; the time it takes does not depend on how much of it is.
   *
   * @param header the value of {@code Authorization}, or null
   */
  boolean accepts(String header);

  /** What a client is told that has to say who it is. */
  String challenge();

  /** One token (RFC 6750), which OpenAI's clients call the API key. */
  static Credential bearer(String token) {
    byte[] expected = token.getBytes(StandardCharsets.UTF_8);
    String scheme = "bearer ";
    return new Credential() {
      @Override
      public boolean accepts(String header) {
        return header != null
            && header.regionMatches(true, 0, scheme, 0, scheme.length())
            && MessageDigest.isEqual(
                expected,
                header.substring(scheme.length()).strip().getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public String challenge() {
        return "Bearer realm=\"questream\"";
      }
    };
  }
}
