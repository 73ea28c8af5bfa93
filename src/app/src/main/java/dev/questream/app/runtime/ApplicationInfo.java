package dev.questream.app.runtime;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.questream.app.console.Versions;
import dev.questream.app.io.Json;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderState;
import dev.questream.engine.Platform;
import dev.questream.provenance.Provenance;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.util.Map;

/**
 * What an instance says of itself: software, state, promise, topics and encoder. Nothing of how it
 * reaches Kafka, and nothing secret.
 */
final class ApplicationInfo {
  private final Settings settings;
  private final InstanceStatus instance;
  private volatile Software software; // once known; they do not change

  ApplicationInfo(QuestreamConfig config, InstanceStatus instance) {
    this.settings = Settings.of(config);
    this.instance = instance;
  }

  private record Document(
      @JsonUnwrapped Software software,
      @JsonUnwrapped Running running,
      @JsonUnwrapped Settings settings,
      @JsonUnwrapped Provenance provenance,
      @JsonUnwrapped Encoder encoder) {}

  private record Software(
      String questream, String kafka, String java, String djl, String libtorch) {
    static Software current() {
      Platform platform = Platform.current();
      return new Software(
          Versions.questream(),
          Versions.kafka(),
          Runtime.version().toString(),
          platform.djl(),
          platform.libtorch());
    }
  }

  /** The process; healthy is the encoder's. */
  private record Running(
      String state, boolean ready, boolean healthy, long startedAtMs, long uptimeMs) {}

  private record Settings(
      String applicationId,
      String processingGuarantee,
      String profile,
      Topics topics,
      String inputFormat,
      String outputFormat) {
    record Topics(String questions, String embeddings, String deadLetters) {}

    static Settings of(QuestreamConfig config) {
      return new Settings(
          config.getString(QuestreamConfig.APPLICATION_ID),
          config.getString(QuestreamConfig.PROCESSING_GUARANTEE),
          config.getString(QuestreamConfig.PROFILE),
          new Topics(
              config.getString(QuestreamConfig.QUESTIONS_TOPIC),
              config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
              config.getString(QuestreamConfig.DLQ_TOPIC)),
          config.getString(QuestreamConfig.INPUT_FORMAT),
          config.getString(QuestreamConfig.OUTPUT_FORMAT));
    }
  }

  /** What it encodes, runs on and takes; the limit of a batch is the one at present. */
  private record Encoder(
      String role, String device, int workers, int maxTokens, int batchTokenLimit) {
    static Encoder of(BatchingEncoder encoder) {
      EncoderState now = encoder.state();
      return new Encoder(
          encoder.info().role().label(),
          encoder.hardware().name(),
          now.workers(),
          encoder.info().maxTokens(),
          now.maxBatchTokens());
    }
  }

  /** For an encoder that stands alone: software and encoder. */
  static Map<String, Object> of(BatchingEncoder encoder) {
    return Json.map(
        new Document(
            Software.current(), null, null, encoder.info().provenance(), Encoder.of(encoder)));
  }

  /** For {@code /info} and the top of the live page, by name. */
  Map<String, Object> full() {
    if (software == null) {
      software = Software.current();
    }
    BatchingEncoder encoder = instance.encoder();
    RuntimeMXBean process = ManagementFactory.getRuntimeMXBean();
    return Json.map(
        new Document(
            software,
            new Running(
                instance.state().toString(),
                instance.isReady(),
                encoder.state().healthy(),
                process.getStartTime(),
                process.getUptime()),
            settings,
            encoder.info().provenance(),
            Encoder.of(encoder)));
  }
}
