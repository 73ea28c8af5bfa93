package dev.questream.serde;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/** Damages bytes in the ways in which bytes are damaged. */
final class Mutations {
  private static final byte[] NASTY = {0, 1, 2, 0x7F, (byte) 0x80, (byte) 0xC0, (byte) 0xFF, '"'};

  private Mutations() {}

  /** A damaged copy: one to four changes, each a flip, a set, a cut, a run, or a repetition. */
  static byte[] of(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      bytes = once(bytes, random);
    }
    return bytes;
  }

  private static byte[] once(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      case 2 -> bytes[at] = NASTY[random.nextInt(NASTY.length)];
      case 3 ->
          Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(9)), (byte) 0xFF);
      case 4 -> {
        return Arrays.copyOf(bytes, at);
      }
      default -> {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(8));
        byte[] longer = new byte[bytes.length + end - at];
        System.arraycopy(bytes, 0, longer, 0, end);
        System.arraycopy(bytes, at, longer, end, bytes.length - at);
        return longer;
      }
    }
    return bytes;
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
