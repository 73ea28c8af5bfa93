package dev.questream.serde.registry;

import java.util.function.Function;
import org.apache.kafka.common.cache.Cache;
import org.apache.kafka.common.cache.LRUCache;
import org.apache.kafka.common.cache.SynchronizedCache;

/**
 * Answers that are asked for once and kept, up to a number of them; failures are not kept.
 *
 * <p><b>Threading:</b> safe for any thread. What is known is handed out while another thread asks
 * for what is not.
 */
final class AskedOnce<K, V> {
  private final Cache<K, V> known;
  private final Function<K, V> ask;
  private final Object asking = new Object();

  AskedOnce(int limit, Function<K, V> ask) {
    this.known = new SynchronizedCache<>(new LRUCache<>(limit));
    this.ask = ask;
  }

  V get(K key) {
    V value = known.get(key);
    if (value != null) {
      return value;
    }
    synchronized (asking) {
      V meanwhile = known.get(key);
      if (meanwhile != null) {
        return meanwhile;
      }
      V answer = ask.apply(key);
      known.put(key, answer);
      return answer;
    }
  }
}
