package dev.questream.app.runtime;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.Brokers;
import dev.questream.app.kafka.ChangelogPartitions;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderRole;
import dev.questream.serde.RegistryCheck;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.registry.SchemaRegistryException;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be checked before anything is opened: brokers, topics, rights, registry. */
final class Preflight {
  private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

  private Preflight() {}

  /**
   * @throws FatalException that says what is not right
   */
  static void check(QuestreamConfig config) {
    Brokers.await(config);
    try (Topics topics = new Topics(config)) {
      topics.require(
          Map.of(
              config.getString(QuestreamConfig.QUESTIONS_TOPIC), Set.of(AclOperation.READ),
              config.getString(QuestreamConfig.EMBEDDINGS_TOPIC), Set.of(AclOperation.WRITE),
              config.getString(QuestreamConfig.DLQ_TOPIC), Set.of(AclOperation.WRITE)));
    }
    new ChangelogPartitions(config).match();
    try {
      RegistryCheck.questions(
          config.serdeSettings(), config.getString(QuestreamConfig.QUESTIONS_TOPIC));
      RegistryCheck.embeddings(
          config.serdeSettings(),
          config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
          config.role() == EncoderRole.PASSAGE);
      if (config.getBoolean(QuestreamConfig.HTTP_ASK_ENABLED)) {
        QuestionProducer.writer(config).requirePlain(); // visitors must be able to ask
      }
    } catch (SchemaRegistryException e) {
      throw new FatalException(ExitCode.KAFKA, e.getMessage(), e);
    }
    if (config.role() == EncoderRole.PASSAGE
        && !config.originals().containsKey(InputConfig.TITLE)) {
      LOG.warn(
          "passages are encoded without titles: input.title names no field (set it empty if they"
              + " have none)");
    }
  }
}
