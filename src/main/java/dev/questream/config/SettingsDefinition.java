package dev.questream.config;

import static dev.questream.config.QuestreamConfig.APPLICATION_ID;
import static dev.questream.config.QuestreamConfig.BOOTSTRAP_SERVERS;
import static dev.questream.config.QuestreamConfig.CACHE_DIR;
import static dev.questream.config.QuestreamConfig.DETERMINISTIC;
import static dev.questream.config.QuestreamConfig.DLQ_TOPIC;
import static dev.questream.config.QuestreamConfig.EMBEDDINGS_TOPIC;
import static dev.questream.config.QuestreamConfig.INPUT_FORMAT;
import static dev.questream.config.QuestreamConfig.MAX_BATCH_TOKENS;
import static dev.questream.config.QuestreamConfig.MAX_BLOCK_MS;
import static dev.questream.config.QuestreamConfig.MAX_PENDING;
import static dev.questream.config.QuestreamConfig.MAX_QUESTION_BYTES;
import static dev.questream.config.QuestreamConfig.MIN_COSINE;
import static dev.questream.config.QuestreamConfig.MODEL;
import static dev.questream.config.QuestreamConfig.MODEL_PREFIX;
import static dev.questream.config.QuestreamConfig.OUTPUT_FORMAT;
import static dev.questream.config.QuestreamConfig.OUTPUT_SERIALIZER;
import static dev.questream.config.QuestreamConfig.PRECISION;
import static dev.questream.config.QuestreamConfig.PREFIX;
import static dev.questream.config.QuestreamConfig.PUNCTUATION_INTERVAL_MS;
import static dev.questream.config.QuestreamConfig.QUESTIONS_TOPIC;
import static dev.questream.config.QuestreamConfig.SCHEMA_REGISTRY_URL;
import static dev.questream.config.QuestreamConfig.SHUTDOWN_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.STARTUP_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.STATE_DIR;
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

import dev.questream.encoder.Truncation;
import dev.questream.serde.QuestionEmbeddingSerializer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Every setting with its default, bounds and documentation; the configuration page is made from it.
 */
final class SettingsDefinition {

  private SettingsDefinition() {}

  static ConfigDef define() {
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
  }
}
