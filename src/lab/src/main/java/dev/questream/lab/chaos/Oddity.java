package dev.questream.lab.chaos;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;

/** What is foreign about a record whose question is sound. */
enum Oddity {
  NONE,
  /** No timestamp, one in seconds, or one in microseconds. */
  TIME,
  /** A key that is no text; the id stands in the value. */
  KEY,
  /** Headers under names of the application's own. */
  HEADERS;

  private static final int MILLIS = 1000;

  /**
   * One of those that are odd.
   *
   * @param roll from 0 to 1
   */
  static Oddity of(double roll) {
    return values()[1 + (int) (roll * (values().length - 1))];
  }

  byte[] key(String id) {
    return this == KEY
        ? ByteBuffer.allocate(Long.BYTES).putLong(-1L - id.hashCode()).array()
        : id.getBytes(StandardCharsets.UTF_8);
  }

  long timestampMs(int number, long usualMs) {
    if (this != TIME) {
      return usualMs;
    }
    return switch (number % 3) {
      case 0 -> -1;
      case 1 -> usualMs / MILLIS;
      default -> usualMs * MILLIS;
    };
  }

  void addTo(Headers headers) {
    if (this == HEADERS) {
      headers.add("questream.pending.origin", new byte[] {1});
      headers.add("questream.source.timestamp", null);
    }
  }
}
