package dev.questream.app.runtime;

import dev.questream.app.console.QuestreamVersion;
import dev.questream.config.QuestreamConfig;
import dev.questream.djl.EngineVersions;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderState;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * What an instance says of itself: versions, model, promise and topics. Nothing of how it reaches
 * Kafka, and nothing secret.
 */
final class ApplicationInfo {
  private final QuestreamConfig config;
  private final InstanceStatus instance;

  ApplicationInfo(QuestreamConfig config, InstanceStatus instance) {
    this.config = config;
    this.instance = instance;
  }

  /** For {@code /info}. */
  Map<String, Object> full() {
    EncoderInfo encoder = instance.encoder().info();
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("questream", QuestreamVersion.current());
    info.put("kafka", AppInfoParser.getVersion());
    info.put("java", Runtime.version().toString());
    info.put("djl", EngineVersions.djl());
    info.put("libtorch", EngineVersions.libtorch());
    info.put("state", instance.state().toString());
    info.put("uptimeSeconds", uptimeMs() / 1000);
    info.put("applicationId", config.getString(QuestreamConfig.APPLICATION_ID));
    info.put("processingGuarantee", config.getString(QuestreamConfig.PROCESSING_GUARANTEE));
    info.put("profile", config.getString(QuestreamConfig.PROFILE));
    info.put("topics", topics());
    info.put("inputFormat", config.getString(QuestreamConfig.INPUT_FORMAT));
    info.put("outputFormat", config.getString(QuestreamConfig.OUTPUT_FORMAT));
    info.put("model", encoder.modelId());
    info.put("modelRevision", encoder.revision());
    info.put("weightsSha256", encoder.weightsSha256());
    info.put("tokenizerSha256", encoder.tokenizerSha256());
    info.put("pooling", encoder.pooling().label());
    info.put("normalized", encoder.normalized());
    info.put("precision", encoder.precision().label());
    info.put("device", instance.encoder().hardware().name());
    info.put("workers", instance.encoder().workers());
    info.put("prefix", encoder.prefix());
    info.put("dimensions", encoder.dimensions());
    info.put("maxTokens", encoder.maxTokens());
    return info;
  }

  private Map<String, String> topics() {
    Map<String, String> topics = new LinkedHashMap<>();
    topics.put("questions", config.getString(QuestreamConfig.QUESTIONS_TOPIC));
    topics.put("embeddings", config.getString(QuestreamConfig.EMBEDDINGS_TOPIC));
    topics.put("deadLetters", config.getString(QuestreamConfig.DLQ_TOPIC));
    return topics;
  }

  /** For the top of the live page. */
  Map<String, Object> brief() {
    EncoderInfo encoder = instance.encoder().info();
    EncoderState now = instance.encoder().state();
    Map<String, Object> brief = new LinkedHashMap<>();
    brief.put("state", instance.state().toString());
    brief.put("ready", instance.isReady());
    brief.put("healthy", now.healthy());
    brief.put("application_id", config.getString(QuestreamConfig.APPLICATION_ID));
    brief.put("guarantee", config.getString(QuestreamConfig.PROCESSING_GUARANTEE));
    brief.put("model", encoder.modelId());
    brief.put("dimensions", encoder.dimensions());
    brief.put("precision", encoder.precision().label());
    brief.put("device", instance.encoder().hardware().name());
    brief.put("workers", now.workers());
    brief.put("batch_token_limit", now.maxBatchTokens());
    brief.put("version", QuestreamVersion.current());
    brief.put("uptime_ms", uptimeMs());
    brief.put("started_at_ms", ManagementFactory.getRuntimeMXBean().getStartTime());
    brief.put(
        "topics",
        List.of(
            config.getString(QuestreamConfig.QUESTIONS_TOPIC),
            config.getString(QuestreamConfig.EMBEDDINGS_TOPIC)));
    return brief;
  }

  private static long uptimeMs() {
    return ManagementFactory.getRuntimeMXBean().getUptime();
  }
}
