package dev.questream.topology;

import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.processor.Delivery;
import dev.questream.processor.EmbedClients;
import dev.questream.processor.EmbedNodes;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.EmbedProcessorSupplier;
import dev.questream.processor.EmbedSettings;
import dev.questream.processor.ReadingTime;
import dev.questream.processor.StoreMemory;
import dev.questream.processor.TopicLimits;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/**
 * The topology: questions, the embed processor with its stores, embeddings and dead letters.
 *
 * <p>Every name is given, so that an upgrade never renames a changelog.
 */
public final class EmbeddingTopology {
  public static final String SOURCE = "questions-source";
  public static final String PROCESSOR = "embed";
  public static final String STORE = "pending-questions";
  public static final String DIGESTS = "question-digests";
  public static final String EMBEDDINGS_SINK = "embeddings-sink";
  public static final String DLQ_SINK = "dlq-sink";

  private EmbeddingTopology() {}

  /** Builds the topology without an observer. */
  public static Topology build(QuestreamConfig config, QuestionEncoder encoder) {
    return build(config, encoder, EmbedObserver.NONE);
  }

  /**
   * Builds the topology.
   *
   * @param config names and bounds
   * @param encoder shared by all tasks; the caller closes it after Kafka Streams
   * @param observer told what becomes of questions
   */
  public static Topology build(
      QuestreamConfig config, QuestionEncoder encoder, EmbedObserver observer) {
    return build(
        config, processor(config, encoder, observer, () -> TopicLimits.NONE, new EmbedClients()));
  }

  private static EmbedProcessorSupplier processor(
      QuestreamConfig config,
      QuestionEncoder encoder,
      EmbedObserver observer,
      Supplier<TopicLimits> limits,
      EmbedClients clients) {
    return new EmbedProcessorSupplier(
        settings(config),
        new EmbedNodes(PROCESSOR, STORE, DIGESTS, EMBEDDINGS_SINK, DLQ_SINK),
        encoder,
        config.serdeSettings(),
        observer,
        clients,
        Delivery.toTopics(
            config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
            config.outputKey(),
            config.outputSerializer(),
            limits));
  }

  private static Topology build(QuestreamConfig config, EmbedProcessorSupplier processor) {
    Topology topology = new Topology();
    topology.addSource(
        (AutoOffsetReset) null, // as the consumer is set
        SOURCE,
        new ReadingTime(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        config.getString(QuestreamConfig.QUESTIONS_TOPIC));
    topology.addProcessor(PROCESSOR, processor, SOURCE);
    Serializer<byte[]> bytes = new ByteArraySerializer();
    topology.addSink(
        EMBEDDINGS_SINK,
        config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
        bytes,
        bytes,
        PROCESSOR);
    topology.addSink(
        DLQ_SINK, config.getString(QuestreamConfig.DLQ_TOPIC), bytes, bytes, PROCESSOR);
    return topology;
  }

  /**
   * The topology in a Kafka Streams client, not yet started.
   *
   * @param config names, bounds and guarantee
   * @param settings of Kafka Streams: {@link QuestreamConfig#streamsSettings} and what is added
   * @param encoder shared by all tasks; the caller closes it after Kafka Streams
   * @param observer told what becomes of questions
   * @param limits of the topics, asked whenever a task begins
   */
  public static KafkaStreams streams(
      QuestreamConfig config,
      Properties settings,
      QuestionEncoder encoder,
      EmbedObserver observer,
      Supplier<TopicLimits> limits) {
    EmbedClients clients = new EmbedClients();
    EmbedProcessorSupplier processor = processor(config, encoder, observer, limits, clients);
    return new KafkaStreams(build(config, processor), StoreMemory.in(settings), clients);
  }

  /** The topic of the pending questions, which Kafka Streams makes. */
  public static String changelog(QuestreamConfig config) {
    return config.getString(QuestreamConfig.APPLICATION_ID) + "-" + STORE + "-changelog";
  }

  /** All topics of stores, which Kafka Streams makes. */
  public static List<String> changelogs(QuestreamConfig config) {
    String digests = config.getString(QuestreamConfig.APPLICATION_ID) + "-" + DIGESTS;
    return config.skipsUnchanged()
        ? List.of(changelog(config), digests + "-changelog")
        : List.of(changelog(config));
  }

  static EmbedSettings settings(QuestreamConfig config) {
    return new EmbedSettings(
        config.getString(QuestreamConfig.APPLICATION_ID),
        config.exactlyOnce(),
        config.skipsUnchanged(),
        config.getInt(QuestreamConfig.MAX_QUESTION_BYTES),
        new EmbedSettings.WindowBounds(
            config.getInt(QuestreamConfig.WINDOW_MAX_QUESTIONS),
            config.getInt(QuestreamConfig.WINDOW_MAX_TOKENS),
            config.duration(QuestreamConfig.WINDOW_MAX_AGE_MS)),
        new EmbedSettings.PendingBounds(
            config.getInt(QuestreamConfig.MAX_PENDING),
            config.getLong(QuestreamConfig.MAX_PENDING_BYTES),
            config.duration(QuestreamConfig.MAX_BLOCK_MS)),
        config.duration(QuestreamConfig.PUNCTUATION_INTERVAL_MS),
        config.duration(QuestreamConfig.STALL_LIMIT_MS));
  }
}
