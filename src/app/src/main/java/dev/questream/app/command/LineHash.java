package dev.questream.app.command;

import dev.questream.weights.Sha256;
import java.nio.charset.StandardCharsets;

/**
 * Lines from the first on, and a hash of all of them.
 *
 * @param sha256 of the hash before the last line, and the last line
 */
record LineHash(long lines, String sha256) {
  static final LineHash NONE = new LineHash(0, "");

  /** With one more. */
  LineHash plus(String id, String content) {
    String chained = sha256 + '\n' + id + '\n' + content;
    return new LineHash(lines + 1, Sha256.of(chained.getBytes(StandardCharsets.UTF_8)));
  }
}
