package dev.questream.config;

import static dev.questream.config.QuestreamConfig.MAX_BLOCK_MS;
import static dev.questream.config.QuestreamConfig.MAX_PENDING;
import static dev.questream.config.QuestreamConfig.MAX_PENDING_BYTES;
import static dev.questream.config.QuestreamConfig.PUNCTUATION_INTERVAL_MS;
import static dev.questream.config.QuestreamConfig.STALL_LIMIT_MS;
import static dev.questream.config.QuestreamConfig.WINDOW_MAX_AGE_MS;
import static dev.questream.config.QuestreamConfig.WINDOW_MAX_QUESTIONS;
import static dev.questream.config.QuestreamConfig.WINDOW_MAX_TOKENS;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;

/** When a task hands its questions to the encoder, and how many may wait for an answer. */
final class WindowSettings {

  private WindowSettings() {}

  static ConfigDef define() {
    return pending(window());
  }

  private static ConfigDef window() {
    return new ConfigDef()
        .define(
            WINDOW_MAX_QUESTIONS,
            Type.INT,
            128,
            atLeast(1),
            MEDIUM,
            "A task hands its window to the encoder at so many questions.")
        .define(
            WINDOW_MAX_TOKENS,
            Type.INT,
            4096,
            atLeast(1),
            MEDIUM,
            "A task hands its window to the encoder at so many tokens, as estimated from the text.")
        .define(
            WINDOW_MAX_AGE_MS,
            Type.LONG,
            10L,
            atLeast(0),
            MEDIUM,
            "A task hands its window to the encoder when its first question has waited so long.")
        .define(
            PUNCTUATION_INTERVAL_MS,
            Type.LONG,
            5L,
            atLeast(1),
            LOW,
            "How often to look for finished embeddings while questions are pending.");
  }

  private static ConfigDef pending(ConfigDef settings) {
    return settings
        .define(
            MAX_PENDING,
            Type.INT,
            2000,
            atLeast(1),
            MEDIUM,
            "A task with so many pending questions reads no more from its partition. What was"
                + " fetched before still comes.")
        .define(
            MAX_PENDING_BYTES,
            Type.LONG,
            128L << 20,
            atLeast(1),
            MEDIUM,
            "Memory for the pending questions of all tasks of the process and their answers. When it"
                + " is full, tasks with more than their share read no more from their partitions.")
        .define(
            STALL_LIMIT_MS,
            Type.LONG,
            600_000L,
            atLeast(1),
            LOW,
            "A task without an answer from the encoder for so long is reset: its transaction is"
                + " aborted, and its questions are read from the changelog and handed to the encoder"
                + " again.")
        .define(
            MAX_BLOCK_MS,
            Type.LONG,
            200L,
            between(0, 1000),
            LOW,
            "The longest that the tasks of a stream thread, together, hold it up between two rounds"
                + " while twice as much is pending as may be.");
  }
}
