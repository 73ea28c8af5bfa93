package dev.questream.app.rollover;

/**
 * A hash that spreads texts evenly over all unsigned 64-bit numbers: FNV-1a, mixed as in
 * MurmurHash3.
 */
final class IdHash {
  private IdHash() {}

  static long of(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
