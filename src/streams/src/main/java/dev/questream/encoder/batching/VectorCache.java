package dev.questream.encoder.batching;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/**
 * Vectors of texts that were encoded before, by their tokens, bounded by bytes.
 *
 * <p>A cache belongs to one encoder, so model, precision and prefix are the same for all of it.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class VectorCache {
  /** Objects, map entry and queue links of an entry, on a JVM with compressed pointers. */
  private static final int ENTRY_BYTES = 160;

  private final Cache<TokenKey, float[]> vectors;

  /**
   * @param maxBytes bound of keys and vectors together; 0 remembers nothing
   */
  VectorCache(long maxBytes) {
    this.vectors =
        maxBytes == 0
            ? null
            : Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher(VectorCache::bytes)
                .executor(Runnable::run) // eviction is cheap: no thread of its own
                .build();
  }

  private static int bytes(TokenKey key, float[] vector) {
    return ENTRY_BYTES + Integer.BYTES * key.ids().length + Float.BYTES * vector.length;
  }

  /** The vector of these tokens, or null. */
  float[] find(TokenKey key) {
    return vectors == null ? null : vectors.getIfPresent(key);
  }

  void keep(TokenKey key, float[] vector) {
    if (vectors != null) {
      vectors.put(key, vector);
    }
  }

  /** Vectors that are held now. */
  long size() {
    if (vectors == null) {
      return 0;
    }
    vectors.cleanUp();
    return vectors.estimatedSize();
  }
}
