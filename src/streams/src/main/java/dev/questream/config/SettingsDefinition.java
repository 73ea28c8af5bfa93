package dev.questream.config;

import static dev.questream.config.QuestreamConfig.APPLICATION_ID;
import static dev.questream.config.QuestreamConfig.BOOTSTRAP_SERVERS;
import static dev.questream.config.QuestreamConfig.CACHE_BYTES;
import static dev.questream.config.QuestreamConfig.CACHE_DIR;
import static dev.questream.config.QuestreamConfig.CALL_THREADS;
import static dev.questream.config.QuestreamConfig.CALL_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.COALESCE;
import static dev.questream.config.QuestreamConfig.DETERMINISTIC;
import static dev.questream.config.QuestreamConfig.DEVICE;
import static dev.questream.config.QuestreamConfig.DLQ_TOPIC;
import static dev.questream.config.QuestreamConfig.EMBEDDINGS_TOPIC;
import static dev.questream.config.QuestreamConfig.HTTP_ASK_ENABLED;
import static dev.questream.config.QuestreamConfig.HTTP_ASK_HOSTS;
import static dev.questream.config.QuestreamConfig.HTTP_HOST;
import static dev.questream.config.QuestreamConfig.HTTP_PASSWORD;
import static dev.questream.config.QuestreamConfig.HTTP_PORT;
import static dev.questream.config.QuestreamConfig.HTTP_USER;
import static dev.questream.config.QuestreamConfig.INPUT_FORMAT;
import static dev.questream.config.QuestreamConfig.INSTANCE_ID;
import static dev.questream.config.QuestreamConfig.LOG_FORMAT;
import static dev.questream.config.QuestreamConfig.MAX_BATCH_TOKENS;
import static dev.questream.config.QuestreamConfig.MAX_BLOCK_MS;
import static dev.questream.config.QuestreamConfig.MAX_PENDING;
import static dev.questream.config.QuestreamConfig.MAX_PENDING_BYTES;
import static dev.questream.config.QuestreamConfig.MAX_QUESTION_BYTES;
import static dev.questream.config.QuestreamConfig.MIN_COSINE;
import static dev.questream.config.QuestreamConfig.MODEL;
import static dev.questream.config.QuestreamConfig.MODEL_PREFIX;
import static dev.questream.config.QuestreamConfig.OUTPUT_FORMAT;
import static dev.questream.config.QuestreamConfig.OUTPUT_SERIALIZER;
import static dev.questream.config.QuestreamConfig.PRECISION;
import static dev.questream.config.QuestreamConfig.PREFIX;
import static dev.questream.config.QuestreamConfig.PROCESSING_GUARANTEE;
import static dev.questream.config.QuestreamConfig.PROFILE;
import static dev.questream.config.QuestreamConfig.PUNCTUATION_INTERVAL_MS;
import static dev.questream.config.QuestreamConfig.QUESTIONS_TOPIC;
import static dev.questream.config.QuestreamConfig.RETRIES;
import static dev.questream.config.QuestreamConfig.RETRY_BACKOFF_MS;
import static dev.questream.config.QuestreamConfig.SHUTDOWN_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.STALL_LIMIT_MS;
import static dev.questream.config.QuestreamConfig.STARTUP_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.STATE_DIR;
import static dev.questream.config.QuestreamConfig.TRACING_ENDPOINT;
import static dev.questream.config.QuestreamConfig.TRACING_HEADERS;
import static dev.questream.config.QuestreamConfig.TRACING_RATIO;
import static dev.questream.config.QuestreamConfig.TRUNCATION;
import static dev.questream.config.QuestreamConfig.WINDOW_MAX_AGE_MS;
import static dev.questream.config.QuestreamConfig.WINDOW_MAX_QUESTIONS;
import static dev.questream.config.QuestreamConfig.WINDOW_MAX_TOKENS;
import static dev.questream.config.QuestreamConfig.WORKERS;
import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import dev.questream.encoder.Precision;
import dev.questream.encoder.Truncation;
import dev.questream.serde.QuestionEmbeddingSerializer;
import dev.questream.serde.RegistryConfig;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Every setting with its default, bounds and documentation; the configuration page is made from it.
 */
final class SettingsDefinition {

  private static final String DEVICES = "auto|cpu|cuda|cuda:\\d{1,3}(,cuda:\\d{1,3})*";
  private static final String DEVICE_FORM =
      "auto, cpu, cuda (all CUDA devices), or some of them, such as cuda:0,cuda:2";

  /** Not {@link ConfigDef.Range}, which lets NaN pass. */
  private static final ConfigDef.Validator SHARE =
      ConfigDef.LambdaValidator.with(
          (name, value) -> {
            if (!((double) value >= 0 && (double) value <= 1)) {
              throw new ConfigException(name, value, "must be between 0 and 1");
            }
          },
          () -> "[0,...,1]");

  private SettingsDefinition() {}

  private static String[] precisions() {
    return Stream.concat(Stream.of("auto"), Precision.labels().stream()).toArray(String[]::new);
  }

  static ConfigDef define() {
    ConfigDef settings = own();
    RegistryConfig.CONFIG.configKeys().values().forEach(settings::define);
    return settings;
  }

  private static ConfigDef own() {
    return new ConfigDef()
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
            INSTANCE_ID,
            Type.STRING,
            "",
            MEDIUM,
            "Names this instance in the consumer group, so that after a crash it gets its partitions"
                + " back at once. Empty: a name of its own, kept in state.dir. Two running instances"
                + " must never share one.")
        .define(
            PROCESSING_GUARANTEE,
            Type.STRING,
            StreamsConfig.EXACTLY_ONCE_V2,
            ValidString.in(StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.AT_LEAST_ONCE),
            HIGH,
            "exactly_once_v2: one committed answer per question, whatever happens. at_least_once:"
                + " nothing is lost, answers may come twice after a crash, and consumers need not wait"
                + " for transactions.")
        .define(
            PROFILE,
            Type.STRING,
            Profile.THROUGHPUT.label(),
            ValidString.in(Profile.labels()),
            HIGH,
            "Defaults for settings that are not set: throughput (large batches, few commits) or"
                + " latency (small windows, frequent commits). docs/operate.md has the table.")
        .define(
            Placeholders.PROVIDERS,
            Type.LIST,
            "",
            MEDIUM,
            "Providers that ${...} in settings may ask: env, file, dir. What each may read must be said"
                + " too: config.providers.env.param.allowlist.pattern,"
                + " config.providers.file.param.allowed.paths and config.providers.dir.param.allowed.paths"
                + " (docs/secure.md).")
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
            ValidString.in(precisions()),
            HIGH,
            "Number format of weights and matrix products. auto takes bf16 where the processor"
                + " multiplies it in hardware and the vectors stay close to float32, and fp32"
                + " otherwise. On the processor fp16 is the format of weights alone: products are"
                + " float32. int8, for x86 processors with AVX2, is fast and coarse: a vector depends"
                + " a little on what else is in its batch, and encoder.precision.min.cosine has to be"
                + " lowered for most models. The precision that ran stands in every record.")
        .define(
            MIN_COSINE,
            Type.DOUBLE,
            0.999,
            SHARE,
            LOW,
            "The worst cosine to float32, over a fixed set of probe texts, that a lower precision may"
                + " have. Under it, auto falls back to fp32 and a fixed precision is refused.")
        .define(
            WORKERS,
            Type.INT,
            0,
            between(0, 1024),
            MEDIUM,
            "Threads that run the model. 0: one for each core, or two for each CUDA device.")
        .define(
            CALL_THREADS,
            Type.INT,
            0,
            between(0, 256),
            LOW,
            "Threads that a small batch (up to 256 tokens) may use on the processor while no other runs."
                + " 0: one for each core, up to 8, if GOMP_SPINCOUNT is set as the launcher and the images"
                + " do, else 1. Always 1 with encoder.deterministic.")
        .define(
            DEVICE,
            Type.STRING,
            "auto",
            ConfigDef.LambdaValidator.with(
                (name, value) -> {
                  if (!value.toString().matches(DEVICES)) {
                    throw new ConfigException(name, value, "must be " + DEVICE_FORM);
                  }
                },
                () -> DEVICE_FORM),
            HIGH,
            "Where the model runs. auto: on all CUDA devices if libtorch is one for CUDA, else on the"
                + " processor.")
        .define(
            MAX_BATCH_TOKENS,
            Type.INT,
            0,
            ConfigDef.LambdaValidator.with(
                (name, value) -> {
                  int tokens = (int) value;
                  if (tokens != 0 && tokens < 16) {
                    throw new ConfigException(name, value, "must be 0 or at least 16");
                  }
                },
                () -> "[0] or [16,...]"),
            MEDIUM,
            "Tokens that a batch holds at most. Questions of all tasks are merged into batches. 0: 4096"
                + " on the processor, 1024 there in float32, 32768 on CUDA devices.")
        .define(
            RETRIES,
            Type.INT,
            2,
            between(0, 20),
            LOW,
            "How often a batch that fails is run again before it is halved, and a question that fails"
                + " alone before it goes to the dead letters.")
        .define(
            RETRY_BACKOFF_MS,
            Type.LONG,
            50L,
            between(0, 60_000),
            LOW,
            "Wait before the first retry; doubles with every further one.")
        .define(
            CALL_TIMEOUT_MS,
            Type.LONG,
            120_000L,
            atLeast(0),
            LOW,
            "The longest that the model may take for one batch. Then its worker is replaced, the"
                + " questions of the batch are tried again one by one, and the one that hangs a second"
                + " time goes to the dead letters. 0: no limit.")
        .define(
            COALESCE,
            Type.BOOLEAN,
            true,
            LOW,
            "Encode questions of the same tokens that are under way at the same time only once.")
        .define(
            CACHE_BYTES,
            Type.LONG,
            64L << 20,
            atLeast(0),
            LOW,
            "Memory for vectors of questions that were encoded before, keyed by their tokens; lives as"
                + " long as the process. 0: no cache.")
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
            "Questions pending in one task before nothing more is read from its partition. What was"
                + " fetched before still comes.")
        .define(
            MAX_PENDING_BYTES,
            Type.LONG,
            128L << 20,
            atLeast(1),
            MEDIUM,
            "Memory for pending questions of all tasks of the process, their answers included. When it"
                + " is full, nothing more is read from the partitions of tasks with more than their"
                + " share.")
        .define(
            STALL_LIMIT_MS,
            Type.LONG,
            600_000L,
            atLeast(1),
            LOW,
            "A task that has got no answer from the encoder for so long is reset: its transaction is"
                + " aborted, its questions are taken from the changelog and handed to the encoder anew.")
        .define(
            MAX_BLOCK_MS,
            Type.LONG,
            200L,
            between(0, 1000),
            LOW,
            "The longest that all tasks of a stream thread, together, hold it up between two rounds when"
                + " twice as much is pending as may be.")
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
            HTTP_PORT,
            Type.INT,
            -1,
            between(-1, 65_535),
            MEDIUM,
            "Port for the live page (/), /health/live, /health/ready, /metrics and /info. -1: none; 0: any"
                + " free one, which the log names.")
        .define(
            HTTP_HOST,
            Type.STRING,
            "localhost",
            new ConfigDef.NonEmptyString(),
            MEDIUM,
            "Address that the HTTP port is bound to; 0.0.0.0 for all.")
        .define(
            HTTP_ASK_ENABLED,
            Type.BOOLEAN,
            false,
            MEDIUM,
            "Whether questions may be asked on the live page. They go to the questions topic as any"
                + " others do. On in the demo.")
        .define(
            HTTP_ASK_HOSTS,
            Type.LIST,
            "",
            LOW,
            "Names under which a browser may reach the page to ask, beside localhost and IP addresses:"
                + " other names are refused, because a foreign site can make its own name lead here.")
        .define(
            HTTP_USER,
            Type.STRING,
            "",
            MEDIUM,
            "User that everything on the HTTP port but /health asks for (HTTP basic authentication)."
                + " Empty: nobody is asked. Put a proxy with TLS before it where others share the"
                + " network.")
        .define(HTTP_PASSWORD, Type.PASSWORD, "", MEDIUM, "The user's password.")
        .define(
            LOG_FORMAT,
            Type.STRING,
            "text",
            ValidString.in("text", "json"),
            LOW,
            "What is logged to standard error: text for people, or json, an object a line, for programs.")
        .define(
            TRACING_ENDPOINT,
            Type.STRING,
            "",
            ConfigDef.LambdaValidator.with(
                (name, value) -> {
                  if (!value.toString().matches("|https?://\\S+")) {
                    throw new ConfigException(
                        name, value, "must be an address such as http://localhost:4318/v1/traces");
                  }
                },
                () -> "http:// or https:// address"),
            LOW,
            "Where spans are sent, as OTLP in protobuf over HTTP: http://collector:4318/v1/traces."
                + " Empty: no traces; headers pass as they are.")
        .define(
            TRACING_HEADERS,
            Type.PASSWORD,
            "",
            LOW,
            "Headers for the collector, as name=value, separated by commas.")
        .define(
            TRACING_RATIO,
            Type.DOUBLE,
            1.0,
            SHARE,
            LOW,
            "Share of the questions without a traceparent header that are traced. The others follow"
                + " what theirs says.")
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
  }
}
