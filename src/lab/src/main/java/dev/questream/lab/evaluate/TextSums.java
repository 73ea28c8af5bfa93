package dev.questream.lab.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32C;

/**
 * Check sums of many texts, four bytes each: enough to see that a text has been changed. White
 * space around a text does not count, and a blank one is none.
 */
final class TextSums {
  private final int[] sums; // 0: no text

  TextSums(int size) {
    this.sums = new int[size];
  }

  void put(int index, String text) {
    sums[index] = sum(text);
  }

  /** Whether there is a text. */
  boolean has(int index) {
    return sums[index] != 0;
  }

  boolean isOf(int index, String text) {
    return sums[index] == sum(text);
  }

  private static int sum(String text) {
    if (text.isBlank()) {
      return 0;
    }
    CRC32C sum = new CRC32C();
    sum.update(text.strip().getBytes(UTF_8));
    return sum.getValue() == 0 ? 1 : (int) sum.getValue();
  }
}
