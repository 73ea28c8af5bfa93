package dev.questream.config;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.PassageTemplate;
import dev.questream.serde.SerdeConfig;
import dev.questream.serde.SerdeConfig.OutputKey;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.registry.RegistryConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
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
  public static final String OUTPUT_KEY = SerdeConfig.OUTPUT_KEY;
  public static final String OUTPUT_DIMENSIONS = "output.dimensions";
  public static final String OUTPUT_VECTOR = SerdeConfig.OUTPUT_VECTOR;
  public static final String OUTPUT_SERIALIZER = "output.value.serializer";
  public static final String SCHEMA_REGISTRY_URL = SerdeConfig.SCHEMA_REGISTRY_URL;
  public static final String MODEL = "model";
  public static final String ROLE = "encoder.role";
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
  public static final String PASSAGE_TEMPLATE = "encoder.passage.template";
  public static final String TRUNCATION = "encoder.truncation";
  public static final String DETERMINISTIC = "encoder.deterministic";
  public static final String WINDOW_MAX_QUESTIONS = "window.max.questions";
  public static final String WINDOW_MAX_TOKENS = "window.max.tokens";
  public static final String WINDOW_MAX_AGE_MS = "window.max.age.ms";
  public static final String PUNCTUATION_INTERVAL_MS = "punctuation.interval.ms";
  public static final String MAX_QUESTION_BYTES = "question.max.bytes";
  public static final String UNCHANGED = "unchanged";
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
  public static final String HTTP_EMBED_ENABLED = "http.embed.enabled";
  public static final String HTTP_EMBED_SHARE = "http.embed.share";
  public static final String HTTP_EMBED_MAX_TEXTS = "http.embed.max.texts";
  public static final String HTTP_EMBED_TIMEOUT_MS = "http.embed.timeout.ms";
  public static final String HTTP_TOKEN = "http.bearer.token";
  public static final String HTTP_USER = "http.basic.auth.user";
  public static final String HTTP_PASSWORD = "http.basic.auth.password";
  public static final String LOG_FORMAT = "log.format";
  public static final String METRICS_KAFKA_ALL = "metrics.kafka.all";
  public static final String TRACING_ENDPOINT = "tracing.otlp.endpoint";
  public static final String TRACING_HEADERS = "tracing.otlp.headers";
  public static final String TRACING_RATIO = "tracing.sample.ratio";
  public static final String STATE_DIR = "state.dir";
  public static final String CACHE_DIR = "cache.dir";

  /** Stands for the prefix that the model's authors recommend. */
  static final String AS_THE_MODEL = "model";

  /** All settings with their defaults, bounds and documentation. */
  public static final ConfigDef CONFIG = SettingsDefinition.define();

  private final ClientSettings clients;

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
    this.clients = new ClientSettings(this, PassedThrough.of(Profile.apply(settings)));
    KafkaSettings.check(this);
    HttpSettings.check(this);
    new RegistryConfig(serdeSettings()); // checks what belongs together
    RecordSettings.check(this);
  }

  private static Map<String, ?> own(Map<String, ?> settings) {
    Map<String, Object> own = new HashMap<>(settings);
    own.keySet().removeIf(PassedThrough::isPassedThrough);
    for (String key : own.keySet()) {
      if (!CONFIG.names().contains(key)) {
        throw new ConfigException(UnknownKeys.message(key, CONFIG.names()));
      }
    }
    return own;
  }

  static boolean isKnown(String key) {
    return CONFIG.names().contains(key)
        || PassedThrough.isPassedThrough(key)
        || Placeholders.isProviderKey(key);
  }

  /** The same settings but for one. */
  public QuestreamConfig with(String key, String value) {
    Map<String, Object> changed = new HashMap<>(originals());
    changed.putAll(clients.passedThrough().settings());
    changed.put(key, value);
    return new QuestreamConfig(changed, true);
  }

  /** Settings for an admin client. */
  public Map<String, Object> adminSettings() {
    return clients.admin();
  }

  /** Settings for a plain producer of questions. */
  public Map<String, Object> producerSettings() {
    return clients.producer();
  }

  /** Settings for a plain consumer of embeddings, which sees only what is committed. */
  public Map<String, Object> consumerSettings() {
    return clients.consumer();
  }

  /** Settings for Kafka Streams: ours first, then what the user passes through, which wins. */
  public Properties streamsSettings() {
    return clients.streams();
  }

  /** The largest record that the producers of Kafka Streams send, in bytes. */
  public long maxRequestBytes() {
    return clients.maxRequestBytes();
  }

  /** The brokers to connect to first, as they were given, for messages. */
  public String servers() {
    return String.join(",", getList(BOOTSTRAP_SERVERS));
  }

  /** Whether the promise is exactly once; otherwise at least once. */
  public boolean exactlyOnce() {
    return getString(PROCESSING_GUARANTEE).equals(StreamsConfig.EXACTLY_ONCE_V2);
  }

  /** Whether a question that is equal to the latest of its id is skipped; otherwise embedded. */
  public boolean skipsUnchanged() {
    return getString(UNCHANGED).equals(RecordSettings.SKIP);
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

  /** Settings for serializers and decoders: the formats, and what is set for the registry. */
  public Map<String, Object> serdeSettings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(INPUT_FORMAT, getString(INPUT_FORMAT));
    settings.put(OUTPUT_FORMAT, getString(OUTPUT_FORMAT));
    settings.put(OUTPUT_VECTOR, getString(OUTPUT_VECTOR));
    for (String name : RegistryConfig.CONFIG.names()) {
      if (originals().containsKey(name)) {
        settings.put(name, get(name));
      }
    }
    for (String name : InputConfig.CONFIG.names()) {
      if (originals().containsKey(name)) {
        settings.put(name, originals().get(name)); // as it was written: spaces may matter
      }
    }
    return settings;
  }

  /** What embeddings are keyed by. */
  public OutputKey outputKey() {
    return OutputKey.valueOf(getString(OUTPUT_KEY).toUpperCase(Locale.ROOT));
  }

  /** A new serializer of embeddings, configured with all settings. */
  @SuppressWarnings("unchecked")
  public Serializer<Object> outputSerializer() {
    Serializer<Object> serializer = getConfiguredInstance(OUTPUT_SERIALIZER, Serializer.class);
    serializer.configure(new HashMap<>(values()), false);
    return serializer;
  }

  /** What is encoded: questions or passages. */
  public EncoderRole role() {
    return EncoderRole.valueOf(getString(ROLE).toUpperCase(Locale.ROOT));
  }

  /** The prefix that the user set, or empty for the model's own. */
  public Optional<String> prefix() {
    Object set = originals().get(PREFIX); // as it was written: its last space matters
    String prefix = set == null ? AS_THE_MODEL : set.toString();
    return prefix.equals(AS_THE_MODEL) ? Optional.empty() : Optional.of(prefix);
  }

  /** The template that the user set, or empty for that of the model's kind. */
  public Optional<PassageTemplate> passageTemplate() {
    String template = getString(PASSAGE_TEMPLATE);
    return template.equals(AS_THE_MODEL)
        ? Optional.empty()
        : Optional.of(new PassageTemplate(template));
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
