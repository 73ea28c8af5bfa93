package dev.questream.processor;

import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The store of {@link QuestionDigests}: on disk, because there may be many millions of ids, 32
 * bytes for each. Not cached: digests would push pending questions out of the record cache, and are
 * seldom put twice within a commit.
 */
final class DigestStore {
  /** Small enough that the compaction of the changelog keeps up, for each copies all ids. */
  private static final int SEGMENT_BYTES = 64 << 20;

  private DigestStore() {}

  static StoreBuilder<?> named(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingEnabled(
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.SEGMENT_BYTES_CONFIG,
                Integer.toString(SEGMENT_BYTES)));
  }
}
