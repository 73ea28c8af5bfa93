package dev.questream.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import dev.questream.encoder.Truncation;
import dev.questream.serde.QuestionEmbeddingSerializer;
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
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
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
  public static final String MAX_BATCH_TOKENS = "encoder.max.batch.tokens";
  public static final String PREFIX = "encoder.prefix";
  public static final String TRUNCATION = "encoder.truncation";
  public static final String DETERMINISTIC = "encoder.deterministic";
  public static final String WINDOW_MAX_QUESTIONS = "window.max.questions";
  public static final String WINDOW_MAX_TOKENS = "window.max.tokens";
  public static final String WINDOW_MAX_AGE_MS = "window.max.age.ms";
  public static final String PUNCTUATION_INTERVAL_MS = "punctuation.interval.ms";
  public static final String MAX_QUESTION_BYTES = "question.max.bytes";
  public static final String MAX_PENDING = "pending.max.questions";
  public static final String MAX_BLOCK_MS = "pending.max.block.ms";
  public static final String STARTUP_TIMEOUT_MS = "startup.timeout.ms";
  public static final String SHUTDOWN_TIMEOUT_MS = "shutdown.timeout.ms";
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
  public static final ConfigDef CONFIG =
      new ConfigDef()
          .define(
              BOOTSTRAP_SERVERS,
              Type.LIST,
              "localhost:9092",
              HIGH,
              "Kafka brokers to connect to first, as host:port, separated by commas.")
          .define(
              APPLICATION_ID,
              Type.STRING,
              "questream",
              new ConfigDef.NonEmptyString(),
              HIGH,
              "Names the consumer group, the internal topics and the transactions. Instances with one"
                  + " application id share the work.")
          .define(
              QUESTIONS_TOPIC,
              Type.STRING,
              "questions",
              new ConfigDef.NonEmptyString(),
              HIGH,
              "Topic that questions are read from.")
          .define(
              EMBEDDINGS_TOPIC,
              Type.STRING,
              "embeddings",
              new ConfigDef.NonEmptyString(),
              HIGH,
              "Topic that embeddings are written to.")
          .define(
              DLQ_TOPIC,
              Type.STRING,
              "questions-dlq",
              new ConfigDef.NonEmptyString(),
              HIGH,
              "Topic of the dead letters: records that cannot be embedded, with the reason in their"
                  + " headers.")
          .define(
              INPUT_FORMAT,
              Type.STRING,
              "avro",
              ValidString.in("avro", "json", "text"),
              HIGH,
              "How questions are written: avro (schemas/Question.avsc, in Avro's single-object encoding"
                  + " or, with a registry, in Confluent's framing), json (an object with the same"
                  + " fields) or text (the value is the question, the key its id).")
          .define(
              OUTPUT_FORMAT,
              Type.STRING,
              "avro",
              ValidString.in("avro", "json"),
              HIGH,
              "How embeddings are written: avro (schemas/QuestionEmbedding.avsc, in Avro's single-object"
                  + " encoding or, with a registry, in Confluent's framing) or json (an object with the"
                  + " same fields).")
          .define(
              OUTPUT_SERIALIZER,
              Type.CLASS,
              QuestionEmbeddingSerializer.class,
              ConfigDef.LambdaValidator.with(
                  (name, value) -> {
                    if (!Serializer.class.isAssignableFrom((Class<?>) value)) {
                      throw new ConfigException(name, value, "is no Kafka Serializer");
                    }
                  },
                  () -> "a Kafka Serializer"),
              LOW,
              "Serializer of embeddings, for formats of your own. It is configured with all settings and"
                  + " must be safe for use by several threads.")
          .define(
              SCHEMA_REGISTRY_URL,
              Type.STRING,
              "",
              HIGH,
              "A registry that speaks the Confluent REST API (Confluent, Karapace, Redpanda; Apicurio"
                  + " under /apis/ccompat/v7). Empty: no registry.")
          .define(
              MODEL,
              Type.STRING,
              "bge-small-en-v1.5",
              new ConfigDef.NonEmptyString(),
              HIGH,
              "The encoder: the bundled model's name, a folder with a checkpoint, or a model on the hub"
                  + " (owner/name, or owner/name@revision).")
          .define(
              PRECISION,
              Type.STRING,
              "auto",
              ValidString.in("auto", "fp32", "bf16", "fp16"),
              HIGH,
              "Number format of weights and matrix products. auto takes bf16 where the processor"
                  + " multiplies it in hardware and the vectors stay close to float32, and fp32"
                  + " otherwise. The precision that ran stands in every record.")
          .define(
              MIN_COSINE,
              Type.DOUBLE,
              0.999,
              ConfigDef.LambdaValidator.with(
                  (name, value) -> {
                    if (!((double) value >= 0 && (double) value <= 1)) {
                      throw new ConfigException(name, value, "must be between 0 and 1");
                    }
                  },
                  () -> "[0,...,1]"),
              LOW,
              "The worst cosine to float32, over a fixed set of probe texts, that a lower precision may"
                  + " have. Under it, auto falls back to fp32 and a fixed precision is refused.")
          .define(
              WORKERS,
              Type.INT,
              0,
              between(0, 1024),
              MEDIUM,
              "Threads that run the model, each on one core. 0: as many as there are cores.")
          .define(
              MAX_BATCH_TOKENS,
              Type.INT,
              4096,
              atLeast(16),
              MEDIUM,
              "Tokens that a batch holds at most. Questions of all tasks are merged into batches.")
          .define(
              PREFIX,
              Type.STRING,
              MODEL_PREFIX,
              LOW,
              "Text put before every question for the encoder. The word 'model' stands for what the"
                  + " model's authors recommend; empty for none.")
          .define(
              TRUNCATION,
              Type.STRING,
              Truncation.TRUNCATE_TAIL.label(),
              ValidString.in(Truncation.labels().toArray(String[]::new)),
              MEDIUM,
              "What becomes of a question with more tokens than the model takes: truncate-tail and"
                  + " truncate-head leave a part out, and the record says so; reject sends it to the dead"
                  + " letters.")
          .define(
              DETERMINISTIC,
              Type.BOOLEAN,
              false,
              LOW,
              "Encode every question alone, so that encoding it again on the same machine gives the same"
                  + " bytes. In batches the last bits depend on the neighbours. Costs much of the"
                  + " throughput.")
          .define(
              WINDOW_MAX_QUESTIONS,
              Type.INT,
              128,
              atLeast(1),
              MEDIUM,
              "A task's window with so many questions is handed to the encoder.")
          .define(
              WINDOW_MAX_TOKENS,
              Type.INT,
              4096,
              atLeast(1),
              MEDIUM,
              "A task's window with so many tokens, as estimated from the text, is handed to the encoder.")
          .define(
              WINDOW_MAX_AGE_MS,
              Type.LONG,
              10L,
              atLeast(0),
              MEDIUM,
              "A task's window is handed to the encoder when its first question has waited so long.")
          .define(
              PUNCTUATION_INTERVAL_MS,
              Type.LONG,
              5L,
              atLeast(1),
              LOW,
              "How often finished embeddings are looked for while questions are pending.")
          .define(
              MAX_QUESTION_BYTES,
              Type.INT,
              900_000,
              between(1, 100_000_000),
              LOW,
              "A record of the questions topic with more bytes of key, value and headers goes to the"
                  + " dead letters. Its embedding is a few kilobytes larger and must fit into"
                  + " max.message.bytes (1 MiB by default) of the embeddings topic.")
          .define(
              MAX_PENDING,
              Type.INT,
              2000,
              atLeast(1),
              MEDIUM,
              "Questions pending in one task before it waits for the encoder. Bounds memory.")
          .define(
              MAX_BLOCK_MS,
              Type.LONG,
              200L,
              between(0, 1000),
              LOW,
              "The longest that waiting for the encoder holds a stream thread up between two looks at its"
                  + " other tasks.")
          .define(
              STARTUP_TIMEOUT_MS,
              Type.LONG,
              15000L,
              between(1, Integer.MAX_VALUE),
              LOW,
              "How long brokers and topics are looked for at start before giving up.")
          .define(
              SHUTDOWN_TIMEOUT_MS,
              Type.LONG,
              7000L,
              atLeast(1),
              LOW,
              "How long a clean stop may take. What is still pending then stays in the store.")
          .define(
              STATE_DIR,
              Type.STRING,
              Folders.state().toString(),
              new ConfigDef.NonEmptyString(),
              MEDIUM,
              "Folder of the pending store. Keep it over restarts: a restart is then faster, and an"
                  + " unfinished transaction is ended at once.")
          .define(
              CACHE_DIR,
              Type.STRING,
              Folders.cache().toString(),
              new ConfigDef.NonEmptyString(),
              MEDIUM,
              "Folder of imported models.");

  private final Map<String, Object> passedThrough;

  /**
   * Checks settings.
   *
   * @throws ConfigException if a name is unknown (the nearest right one is named) or a value is
   *     invalid
   */
  public QuestreamConfig(Map<String, ?> settings) {
    super(CONFIG, own(settings), false);
    this.passedThrough = new HashMap<>(settings);
    passedThrough.keySet().removeIf(key -> !isPassedThrough(key));
    requireDistinctTopics();
    requireNotFixed();
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
    return CONFIG.names().contains(key) || isPassedThrough(key);
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
    return new QuestreamConfig(changed);
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
    settings.put(BOOTSTRAP_SERVERS, String.join(",", getList(BOOTSTRAP_SERVERS)));
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
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
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
    stripped(PRODUCER_PREFIX)
        .forEach((key, value) -> settings.put(StreamsConfig.producerPrefix(key), value));
    stripped(CONSUMER_PREFIX)
        .forEach((key, value) -> settings.put(StreamsConfig.consumerPrefix(key), value));
    settings.putAll(stripped(STREAMS_PREFIX));
    return settings;
  }

  /** Whether the user gave the consumers a {@code group.instance.id}. */
  public boolean staticMember() {
    return streamsSettings().keySet().stream()
        .anyMatch(key -> key.toString().endsWith(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG));
  }

  private Map<String, Object> stripped(String prefix) {
    Map<String, Object> found = new HashMap<>();
    passedThrough.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            found.put(
                key.substring(prefix.length()), value instanceof String s ? s.strip() : value);
          }
        });
    return found;
  }

  /** Settings for serializers and decoders. */
  public Map<String, Object> serdeSettings() {
    return Map.of(
        INPUT_FORMAT, getString(INPUT_FORMAT),
        OUTPUT_FORMAT, getString(OUTPUT_FORMAT),
        SCHEMA_REGISTRY_URL, getString(SCHEMA_REGISTRY_URL));
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
