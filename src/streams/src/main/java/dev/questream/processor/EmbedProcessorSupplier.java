package dev.questream.processor;

import dev.questream.encoder.QuestionEncoder;
import dev.questream.serde.PendingQuestionSerde;
import dev.questream.serde.QuestionDecoder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Supplies one processor per task, and the stores that they need. All share the encoder, the
 * decoder and the memory for what is pending.
 *
 * <p>With exactly-once the pending store is persistent: only then is the process recognised after a
 * restart, so that it can fence its own unfinished transaction. With at-least-once it is in memory,
 * so that after a failure the changelog alone says what is pending; see {@link EmbedClients}.
 */
public final class EmbedProcessorSupplier
    implements ProcessorSupplier<byte[], byte[], byte[], Object> {
  private static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_588; // Kafka's own

  private final EmbedSettings settings;
  private final EmbedNodes nodes;
  private final EmbedProcessor.Shared shared;

  /**
   * @param settings bounds
   * @param nodes the names of the processor, its stores and its children
   * @param encoder shared by all tasks of the process; not closed here
   * @param serdeSettings {@code input.*} and {@code schema.registry.url}
   * @param observer told what becomes of questions
   * @param clients shared by all embed processors of a Kafka Streams client, which should run with
   *     them. With at-least-once it must: the promise rests on them, and the processor refuses to
   *     start otherwise. With exactly-once it would have to block the thread when too much is
   *     pending
   * @param delivery where answers go
   */
  public EmbedProcessorSupplier(
      EmbedSettings settings,
      EmbedNodes nodes,
      QuestionEncoder encoder,
      Map<String, ?> serdeSettings,
      EmbedObserver observer,
      EmbedClients clients,
      Delivery delivery) {
    this.settings = settings;
    this.nodes = nodes;
    clients.serve(settings, nodes.store());
    this.shared =
        new EmbedProcessor.Shared(
            encoder,
            new QuestionDecoder(serdeSettings),
            formats(serdeSettings),
            delivery,
            new PendingBudget(settings.pending().maxBytes()),
            new IdPartitions(),
            clients.intake(),
            new Requirements(settings, clients),
            ThreadLocal.withInitial(BlockBudget::new),
            observer);
  }

  private static String formats(Map<String, ?> serdeSettings) {
    Map<String, Object> formats = new TreeMap<>(serdeSettings);
    formats.keySet().removeIf(key -> !key.startsWith("input.") && !key.startsWith("output."));
    return formats.toString();
  }

  /**
   * Looks at settings before Kafka Streams is made with them; each processor looks again.
   *
   * @throws org.apache.kafka.common.config.ConfigException if a question could be lost with them
   */
  public void requireSettings(Map<?, ?> streamsSettings) {
    shared.requirements().requireSettings(streamsSettings);
  }

  @Override
  public Processor<byte[], byte[], byte[], Object> get() {
    return new EmbedProcessor(settings, nodes, shared);
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    KeyValueBytesStoreSupplier bytes =
        settings.exactlyOnce()
            ? Stores.persistentKeyValueStore(nodes.store())
            : Stores.inMemoryKeyValueStore(nodes.store());
    StoreBuilder<?> pending =
        Stores.keyValueStoreBuilder(bytes, Serdes.Long(), new PendingQuestionSerde())
            .withCachingEnabled()
            .withLoggingEnabled(changelog());
    return settings.skipUnchanged()
        ? Set.of(pending, DigestStore.named(nodes.digests()))
        : Set.of(pending);
  }

  /**
   * Keys come and go, so the changelog is cleaned early and in small pieces. It takes every
   * question that {@code question.max.bytes} allows.
   */
  private Map<String, String> changelog() {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_COMPACT,
        TopicConfig.SEGMENT_BYTES_CONFIG,
        Integer.toString(Math.max(1 << 20, largestPending())),
        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
        "0.1",
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        Integer.toString(Math.max(DEFAULT_MAX_MESSAGE_BYTES, largestPending())));
  }

  private int largestPending() {
    return (int) PendingRecords.atMost(settings.maxQuestionBytes());
  }
}
