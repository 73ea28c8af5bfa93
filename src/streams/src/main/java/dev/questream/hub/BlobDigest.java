package dev.questream.hub;

import dev.questream.weights.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hashes of files as the hub gives them. */
final class BlobDigest {
  private static final int SHA256_DIGITS = 64;
  private static final int BUFFER_BYTES = 1 << 16;

  private BlobDigest() {}

  /** The hash of {@code file} of the same kind as {@code etag}: SHA-256, or git's blob SHA-1. */
  static String like(String etag, Path file) throws IOException {
    return etag.length() == SHA256_DIGITS ? Sha256.of(file) : git(file);
  }

  /** SHA-1 of {@code "blob <size>\0"} and the content, as git names its blobs. */
  private static String git(Path file) throws IOException {
    MessageDigest digest = sha1();
    digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }
}
