package dev.questream.encoder.batching;

import java.util.Arrays;

/** Token ids as a key: texts of the same tokens have the same vector. */
final class TokenKey {
  private final int[] ids;
  private final int hash;

  TokenKey(int[] ids) {
    this.ids = ids;
    this.hash = Arrays.hashCode(ids);
  }

  int[] ids() {
    return ids;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenKey key && hash == key.hash && Arrays.equals(ids, key.ids);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
