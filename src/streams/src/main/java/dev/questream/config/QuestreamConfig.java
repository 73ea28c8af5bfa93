package dev.questream.config;

import dev.questream.serde.RegistryConfig;
import dev.questream.serde.SerdeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of the application.
 *
 * <p>Settings whose names begin with {@code kafka.}, {@code streams.}, {@code producer.} or {@code
 * consumer.} go to Kafka's own clients without that prefix and are checked by Kafka.
 */
public final class QuestreamConfig extends AbstractConfig {
  public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
  public static final String APPLICATION_ID = "application.id";
  public static final String INSTANCE_ID = "instance.id";
  public static final String PROFILE = "profile";
  public static final String PROCESSING_GUARANTEE = StreamsConfig.PROCESSING_GUARANTEE_CONFIG;
  public static final String QUESTIONS_TOPIC = "questions.topic";
  public static final String EMBEDDINGS_TOPIC = "embeddings.topic";
  public static final String DLQ_TOPIC = "dlq.topic";
  public static final String INPUT_FORMAT = SerdeConfig.INPUT_FORMAT;
  public static final String OUTPUT_FORMAT = SerdeConfig.OUTPUT_FORMAT;
  public static final String OUTPUT_SERIALIZER = "output.value.serializer";
  public static final String SCHEMA_REGISTRY_URL = SerdeConfig.SCHEMA_REGISTRY_URL;
  public static final String MODEL = "model";
  public static final String PRECISION = "encoder.precision";
  public static final String MIN_COSINE = "encoder.precision.min.cosine";
  public static final String WORKERS = "encoder.workers";
  public static final String CALL_THREADS = "encoder.call.threads";
  public static final String DEVICE = "encoder.device";
  public static final String MAX_BATCH_TOKENS = "encoder.max.batch.tokens";
  public static final String RETRIES = "encoder.retries";
  public static final String RETRY_BACKOFF_MS = "encoder.retry.backoff.ms";
  public static final String CALL_TIMEOUT_MS = "encoder.call.timeout.ms";
  public static final String COALESCE = "encoder.coalesce";
  public static final String CACHE_BYTES = "encoder.cache.bytes";
  public static final String PREFIX = "encoder.prefix";
  public static final String TRUNCATION = "encoder.truncation";
  public static final String DETERMINISTIC = "encoder.deterministic";
  public static final String WINDOW_MAX_QUESTIONS = "window.max.questions";
  public static final String WINDOW_MAX_TOKENS = "window.max.tokens";
  public static final String WINDOW_MAX_AGE_MS = "window.max.age.ms";
  public static final String PUNCTUATION_INTERVAL_MS = "punctuation.interval.ms";
  public static final String MAX_QUESTION_BYTES = "question.max.bytes";
  public static final String MAX_PENDING = "pending.max.questions";
  public static final String MAX_PENDING_BYTES = "pending.max.bytes";
  public static final String STALL_LIMIT_MS = "pending.stall.limit.ms";
  public static final String MAX_BLOCK_MS = "pending.max.block.ms";
  public static final String STARTUP_TIMEOUT_MS = "startup.timeout.ms";
  public static final String SHUTDOWN_TIMEOUT_MS = "shutdown.timeout.ms";
  public static final String HTTP_HOST = "http.host";
  public static final String HTTP_PORT = "http.port";
  public static final String HTTP_ASK_ENABLED = "http.ask.enabled";
  public static final String HTTP_ASK_HOSTS = "http.ask.hosts";
  public static final String HTTP_USER = "http.basic.auth.user";
  public static final String HTTP_PASSWORD = "http.basic.auth.password";
  public static final String LOG_FORMAT = "log.format";
  public static final String TRACING_ENDPOINT = "tracing.otlp.endpoint";
  public static final String TRACING_HEADERS = "tracing.otlp.headers";
  public static final String TRACING_RATIO = "tracing.sample.ratio";
  public static final String STATE_DIR = "state.dir";
  public static final String CACHE_DIR = "cache.dir";

  /** Stands for the prefix that the model's authors recommend. */
  static final String MODEL_PREFIX = "model";

  static final String KAFKA_PREFIX = "kafka.";
  static final String STREAMS_PREFIX = "streams.";
  static final String PRODUCER_PREFIX = "producer.";
  static final String CONSUMER_PREFIX = "consumer.";

  private static final int EMBEDDINGS_BATCH_BYTES = 256 * 1024;

  /**
   * A dead letter of the largest record that brokers take by default, with its headers, fits in.
   */
  private static final int MAX_REQUEST_BYTES = 2 << 20;

  /** What the promise of exactly once, in order, rests on; not to be set by the way. */
  private static final List<String> FIXED =
      List.of(
          STREAMS_PREFIX + StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
          STREAMS_PREFIX + StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
          STREAMS_PREFIX + StreamsConfig.APPLICATION_ID_CONFIG,
          STREAMS_PREFIX + StreamsConfig.STATE_DIR_CONFIG);

  /** All settings with their defaults, bounds and documentation. */
  public static final ConfigDef CONFIG = SettingsDefinition.define();

  private final Map<String, Object> passedThrough;

  /**
   * Checks settings.
   *
   * @throws ConfigException if a name is unknown (the nearest right one is named) or a value is
   *     invalid
   */
  public QuestreamConfig(Map<String, ?> settings) {
    this(Placeholders.resolve(settings), true);
  }

  /**
   * Takes settings whose placeholders are filled in: a second time, a secret might be taken for
   * one.
   */
  @SuppressWarnings("unused") // the flag tells the constructors apart
  private QuestreamConfig(Map<String, ?> settings, boolean resolved) {
    super(CONFIG, own(Profile.apply(settings)), false);
    this.passedThrough = new HashMap<>(Profile.apply(settings));
    passedThrough.keySet().removeIf(key -> !isPassedThrough(key));
    requireDistinctTopics();
    requireNotFixed();
    new RegistryConfig(serdeSettings()); // checks what belongs together
    requireUserWithPassword();
  }

  private void requireUserWithPassword() {
    if (getString(HTTP_USER).isEmpty() != getPassword(HTTP_PASSWORD).value().isEmpty()) {
      throw new ConfigException(
          "%s and %s belong together: set both, or neither".formatted(HTTP_USER, HTTP_PASSWORD));
    }
  }

  private void requireDistinctTopics() {
    List<String> topics =
        List.of(getString(QUESTIONS_TOPIC), getString(EMBEDDINGS_TOPIC), getString(DLQ_TOPIC));
    if (Set.copyOf(topics).size() < topics.size()) {
      throw new ConfigException(
          "%s, %s and %s must be three different topics, they are %s"
              .formatted(QUESTIONS_TOPIC, EMBEDDINGS_TOPIC, DLQ_TOPIC, String.join(", ", topics)));
    }
  }

  private void requireNotFixed() {
    for (String key : FIXED) {
      if (passedThrough.containsKey(key)) {
        throw new ConfigException(
            "%s cannot be set: %s"
                .formatted(
                    key,
                    CONFIG.names().contains(key.substring(STREAMS_PREFIX.length()))
                        ? "set " + key.substring(STREAMS_PREFIX.length())
                        : "exactly once, in order, rests on it"));
      }
    }
  }

  private static Map<String, ?> own(Map<String, ?> settings) {
    Map<String, Object> own = new HashMap<>(settings);
    own.keySet().removeIf(QuestreamConfig::isPassedThrough);
    for (String key : own.keySet()) {
      if (!CONFIG.names().contains(key)) {
        throw new ConfigException(UnknownKeys.message(key, CONFIG.names()));
      }
    }
    return own;
  }

  static boolean isKnown(String key) {
    return CONFIG.names().contains(key) || isPassedThrough(key) || Placeholders.isProviderKey(key);
  }

  private static boolean isPassedThrough(String key) {
    return key.startsWith(KAFKA_PREFIX)
        || key.startsWith(STREAMS_PREFIX)
        || key.startsWith(PRODUCER_PREFIX)
        || key.startsWith(CONSUMER_PREFIX);
  }

  /** The same settings but for one. */
  public QuestreamConfig with(String key, String value) {
    Map<String, Object> changed = new HashMap<>(originals());
    changed.putAll(passedThrough);
    changed.put(key, value);
    return new QuestreamConfig(changed, true);
  }

  /** Settings for an admin client. */
  public Map<String, Object> adminSettings() {
    Map<String, Object> settings = client();
    settings.put("default.api.timeout.ms", getLong(STARTUP_TIMEOUT_MS).intValue());
    settings.put("request.timeout.ms", getLong(STARTUP_TIMEOUT_MS).intValue());
    settings.putAll(stripped(KAFKA_PREFIX));
    return settings;
  }

  /** Settings for a plain producer of questions. */
  public Map<String, Object> producerSettings() {
    Map<String, Object> settings = client();
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.putAll(serdeSettings());
    settings.putAll(stripped(PRODUCER_PREFIX));
    return settings;
  }

  /** Settings for a plain consumer of embeddings, which sees only what is committed. */
  public Map<String, Object> consumerSettings() {
    Map<String, Object> settings = client();
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.putAll(serdeSettings());
    settings.putAll(stripped(CONSUMER_PREFIX));
    return settings;
  }

  private Map<String, Object> client() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(BOOTSTRAP_SERVERS, servers());
    settings.putAll(stripped(KAFKA_PREFIX));
    return settings;
  }

  /**
   * Settings for Kafka Streams: ours first, then what the user passes through, which wins.
   *
   * <p>Kafka's defaults are changed where they stand against low latency or against big records:
   * {@code poll.ms} is the true resolution of the punctuator, and an embedding of 768 floats has 3
   * KiB.
   */
  public Properties streamsSettings() {
    Properties settings = new Properties();
    settings.putAll(client());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, getString(APPLICATION_ID));
    settings.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        exactlyOnce() ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    settings.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_REQUEST_BYTES);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, getString(STATE_DIR));
    settings.put(StreamsConfig.POLL_MS_CONFIG, getLong(PUNCTUATION_INTERVAL_MS));
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100L);
    settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, true);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 10);
    settings.put(
        StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), EMBEDDINGS_BATCH_BYTES);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 3_000);
    stripped(PRODUCER_PREFIX)
        .forEach((key, value) -> settings.put(StreamsConfig.producerPrefix(key), value));
    stripped(CONSUMER_PREFIX)
        .forEach((key, value) -> settings.put(StreamsConfig.consumerPrefix(key), value));
    settings.putAll(stripped(STREAMS_PREFIX));
    return settings;
  }

  /** The brokers to connect to first, as they were given, for messages. */
  public String servers() {
    return String.join(",", getList(BOOTSTRAP_SERVERS));
  }

  /** Whether the promise is exactly once; otherwise at least once. */
  public boolean exactlyOnce() {
    return getString(PROCESSING_GUARANTEE).equals(StreamsConfig.EXACTLY_ONCE_V2);
  }

  /** Whether the user named this instance, and so expects it back under that name. */
  public boolean staticMember() {
    return !getString(INSTANCE_ID).isBlank() || hasGroupInstanceId();
  }

  /** Whether the user gave the consumers a {@code group.instance.id} directly. */
  public boolean hasGroupInstanceId() {
    return streamsSettings().keySet().stream()
        .anyMatch(key -> key.toString().endsWith(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG));
  }

  private Map<String, Object> stripped(String prefix) {
    Map<String, Object> found = new HashMap<>();
    passedThrough.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            String name = key.substring(prefix.length());
            found.put(name, Secrets.hidden(name, value instanceof String s ? s.strip() : value));
          }
        });
    return found;
  }

  /** Settings for serializers and decoders: the formats, and what is set for the registry. */
  public Map<String, Object> serdeSettings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(INPUT_FORMAT, getString(INPUT_FORMAT));
    settings.put(OUTPUT_FORMAT, getString(OUTPUT_FORMAT));
    for (String name : RegistryConfig.CONFIG.names()) {
      if (originals().containsKey(name)) {
        settings.put(name, get(name));
      }
    }
    return settings;
  }

  /** A new serializer of embeddings, configured with all settings. */
  @SuppressWarnings("unchecked")
  public Serializer<Object> outputSerializer() {
    Serializer<Object> serializer = getConfiguredInstance(OUTPUT_SERIALIZER, Serializer.class);
    Map<String, Object> settings = new HashMap<>(values());
    serializer.configure(settings, false);
    return serializer;
  }

  /** The prefix that the user set, or empty for the model's own. */
  public Optional<String> prefix() {
    Object set = originals().get(PREFIX); // as it was written: its last space matters
    String prefix = set == null ? MODEL_PREFIX : set.toString();
    return prefix.equals(MODEL_PREFIX) ? Optional.empty() : Optional.of(prefix);
  }

  /** Worker threads of the encoder, never 0. */
  public int workers() {
    int workers = getInt(WORKERS);
    return workers > 0 ? workers : Runtime.getRuntime().availableProcessors();
  }

  public Duration duration(String key) {
    return Duration.ofMillis(getLong(key));
  }

  public Path cacheFolder() {
    return Path.of(getString(CACHE_DIR));
  }
}
