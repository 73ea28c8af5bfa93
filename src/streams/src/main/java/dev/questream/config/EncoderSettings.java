package dev.questream.config;

import static dev.questream.config.QuestreamConfig.CACHE_BYTES;
import static dev.questream.config.QuestreamConfig.CALL_THREADS;
import static dev.questream.config.QuestreamConfig.CALL_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.COALESCE;
import static dev.questream.config.QuestreamConfig.DETERMINISTIC;
import static dev.questream.config.QuestreamConfig.MAX_BATCH_TOKENS;
import static dev.questream.config.QuestreamConfig.RETRIES;
import static dev.questream.config.QuestreamConfig.RETRY_BACKOFF_MS;
import static dev.questream.config.QuestreamConfig.WORKERS;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;

/** How the encoder batches, retries and remembers. */
final class EncoderSettings {
  private static final int MIN_BATCH_TOKENS = 16;

  private static final ConfigDef.Validator BATCH_TOKENS =
      ConfigDef.LambdaValidator.with(
          (name, value) -> {
            int tokens = (int) value;
            if (tokens != 0 && tokens < MIN_BATCH_TOKENS) {
              throw new ConfigException(name, value, "must be 0 or at least " + MIN_BATCH_TOKENS);
            }
          },
          () -> "[0] or [%d,...]".formatted(MIN_BATCH_TOKENS));

  private EncoderSettings() {}

  static ConfigDef define() {
    return sharing(failure(batches()));
  }

  private static ConfigDef batches() {
    return new ConfigDef()
        .define(
            WORKERS,
            Type.INT,
            0,
            between(0, 1024),
            MEDIUM,
            "Threads that run the model. 0: one per core, or two per CUDA device.")
        .define(
            MAX_BATCH_TOKENS,
            Type.INT,
            0,
            BATCH_TOKENS,
            MEDIUM,
            "The most tokens in a batch, 16 or more. A batch takes questions of all tasks. 0: 4096 on"
                + " the processor, but 1024 in float32, and 32768 on CUDA devices.")
        .define(
            CALL_THREADS,
            Type.INT,
            0,
            between(0, 256),
            LOW,
            "Threads that a small batch (up to 256 tokens) may use on the processor while no other"
                + " batch runs. 0: one per core, up to 8, if GOMP_SPINCOUNT is set as the launcher"
                + " and the images do, else 1. Always 1 with encoder.deterministic.")
        .define(
            DETERMINISTIC,
            Type.BOOLEAN,
            false,
            LOW,
            "Encode every question alone, so that it gets the same bytes again on the same machine."
                + " In batches the last bits depend on the neighbours. Costs much of the"
                + " throughput.");
  }

  private static ConfigDef failure(ConfigDef settings) {
    return settings
        .define(
            RETRIES,
            Type.INT,
            2,
            between(0, 20),
            LOW,
            "How often a failed batch runs again before it is halved, and a question that fails"
                + " alone before it goes to the dead letters.")
        .define(
            RETRY_BACKOFF_MS,
            Type.LONG,
            50L,
            between(0, 60_000),
            LOW,
            "Wait before the first retry. It doubles with every further one.")
        .define(
            CALL_TIMEOUT_MS,
            Type.LONG,
            120_000L,
            atLeast(0),
            LOW,
            "The longest that the model may take for one batch. After that its worker is replaced"
                + " and its questions are tried one by one; the one that hangs a second time goes to"
                + " the dead letters. 0: no limit.");
  }

  private static ConfigDef sharing(ConfigDef settings) {
    return settings
        .define(
            COALESCE,
            Type.BOOLEAN,
            true,
            LOW,
            "Encode questions with the same tokens only once while they are under way together.")
        .define(
            CACHE_BYTES,
            Type.LONG,
            64L << 20,
            atLeast(0),
            LOW,
            "Memory for vectors of earlier questions, found by their tokens. It lives as long as the"
                + " process. 0: no cache.");
  }
}
