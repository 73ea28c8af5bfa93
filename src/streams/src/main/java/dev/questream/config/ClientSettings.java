package dev.questream.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What Kafka's own clients are given: our defaults, and over them what the user passes through.
 *
 * @param config the application's settings
 * @param passedThrough the user's for the clients
 */
record ClientSettings(QuestreamConfig config, PassedThrough passedThrough) {
  private static final int EMBEDDINGS_BATCH_BYTES = 256 * 1024;
  private static final long IDLE_POLL_MS = 20;
  private static final long BUFFER_BYTES = 32 << 20; // Kafka's own default

  /**
   * A dead letter of the largest record that brokers take by default, with its headers, fits in.
   */
  private static final int MIN_REQUEST_BYTES = 2 << 20;

  /** In JSON, quotes and line ends take two bytes each. */
  private static final int GROWTH = 2;

  Map<String, Object> admin() {
    int timeoutMs = config.getLong(QuestreamConfig.STARTUP_TIMEOUT_MS).intValue();
    Map<String, Object> settings = common();
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMs);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs);
    settings.putAll(passedThrough.under(PassedThrough.KAFKA));
    return settings;
  }

  Map<String, Object> producer() {
    Map<String, Object> settings = common();
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.putAll(config.serdeSettings());
    settings.putAll(passedThrough.under(PassedThrough.PRODUCER));
    return settings;
  }

  Map<String, Object> consumer() {
    Map<String, Object> settings = common();
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.putAll(config.serdeSettings());
    settings.putAll(passedThrough.under(PassedThrough.CONSUMER));
    return settings;
  }

  private Map<String, Object> common() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(QuestreamConfig.BOOTSTRAP_SERVERS, config.servers());
    settings.putAll(passedThrough.under(PassedThrough.KAFKA));
    return settings;
  }

  Properties streams() {
    Properties settings = new Properties();
    settings.putAll(common());
    settings.putAll(application());
    put(settings, PassedThrough.PRODUCER, producerOfEmbeddings());
    put(settings, PassedThrough.CONSUMER, consumerOfQuestions());
    put(settings, PassedThrough.PRODUCER, passedThrough.under(PassedThrough.PRODUCER));
    put(settings, PassedThrough.CONSUMER, passedThrough.under(PassedThrough.CONSUMER));
    settings.putAll(passedThrough.under(PassedThrough.STREAMS));
    return settings;
  }

  /** The largest record that the producers of Kafka Streams send, in bytes. */
  long maxRequestBytes() {
    Map<String, Object> producer = new StreamsConfig(streams()).getProducerConfigs("any");
    return Math.min(
        number(producer.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG)),
        number(producer.get(ProducerConfig.BUFFER_MEMORY_CONFIG)));
  }

  private static long number(Object setting) {
    return Long.parseLong(setting.toString());
  }

  /** Kafka Streams knows its producers' and consumers' settings by the same prefixes. */
  private static void put(Properties settings, String prefix, Map<String, Object> values) {
    values.forEach((key, value) -> settings.put(prefix + key, value));
  }

  /**
   * There is no global store, but Kafka Streams warns at each start where the handler is not
   * enabled for one, and its assignor, which has the consumer's settings alone, warns again.
   */
  private Map<String, Object> application() {
    return Map.of(
        StreamsConfig.APPLICATION_ID_CONFIG,
        config.getString(QuestreamConfig.APPLICATION_ID),
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        config.getString(QuestreamConfig.PROCESSING_GUARANTEE),
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG,
        true,
        StreamsConfig.STATE_DIR_CONFIG,
        config.getString(QuestreamConfig.STATE_DIR),
        StreamsConfig.POLL_MS_CONFIG, // while nothing is pending
        Math.max(IDLE_POLL_MS, config.getLong(QuestreamConfig.PUNCTUATION_INTERVAL_MS)),
        StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
        100L);
  }

  /** For low latency; an embedding of 768 floats has 3 KiB. */
  private Map<String, Object> producerOfEmbeddings() {
    int request =
        Math.max(MIN_REQUEST_BYTES, GROWTH * config.getInt(QuestreamConfig.MAX_QUESTION_BYTES));
    return Map.of(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        request,
        ProducerConfig.BUFFER_MEMORY_CONFIG,
        Math.max(BUFFER_BYTES, request),
        ProducerConfig.BATCH_SIZE_CONFIG,
        EMBEDDINGS_BATCH_BYTES,
        ProducerConfig.LINGER_MS_CONFIG,
        5,
        ProducerConfig.MAX_BLOCK_MS_CONFIG, // a transaction lives no longer
        10_000,
        ProducerConfig.RETRY_BACKOFF_MS_CONFIG,
        10);
  }

  /** With exactly-once Kafka Streams reads only what is committed in any case. */
  private static Map<String, Object> consumerOfQuestions() {
    return Map.of(
        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
        "read_committed",
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
        "earliest",
        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
        10_000,
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
        3_000,
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, // see application()
        true);
  }
}
