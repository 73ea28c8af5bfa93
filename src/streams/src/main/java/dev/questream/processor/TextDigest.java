package dev.questream.processor;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * 128 bits of SHA-256 over a sequence of values, each with its length before it. Texts go in by
 * their UTF-16 code units: in UTF-8 different malformed texts would be one.
 */
final class TextDigest {
  static final int BYTES = 16;

  private final MessageDigest sha256;

  TextDigest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  TextDigest add(byte[] bytes) {
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    sha256.update(bytes);
    return this;
  }

  TextDigest add(String text) {
    ByteBuffer units = ByteBuffer.allocate(Character.BYTES * text.length());
    units.asCharBuffer().put(text);
    return add(units.array());
  }

  /** The digest of what was added; begins anew. */
  byte[] end() {
    return Arrays.copyOf(sha256.digest(), BYTES);
  }
}
