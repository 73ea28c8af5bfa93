package dev.questream.lab.evaluate;

import dev.questream.app.command.HubModel;
import dev.questream.app.console.Console;
import dev.questream.checkpoint.Companions;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.retrieval.PassageCollection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the vectors of passages come from.
 *
 * @param config settings with the passage encoder, or with the topic
 * @param fromTopic whether they are read from the embeddings topic
 * @param named whether the user named the passage encoder, and so answers for it
 * @param folder where they lie, or empty for the cache
 */
public record PassageSource(
    QuestreamConfig config, boolean fromTopic, boolean named, Optional<Path> folder) {
  /** An option without a topic's name means that of the settings; no topic is called so. */
  public static final String SETTING = "(embeddings.topic)";

  /**
   * What options name.
   *
   * @param model the passage encoder; null: the companion of the question encoder, or that itself
   * @param topic null: none, the passages are encoded here
   * @param folder null: in the cache
   */
  public record Named(String model, String topic, Path folder) {}

  /**
   * Fetches the passage encoder, if it is needed and on the hub.
   *
   * @param config settings with the question encoder as it was given
   */
  public static PassageSource of(QuestreamConfig config, Named named, Console console) {
    String questionModel = config.getString(QuestreamConfig.MODEL);
    QuestreamConfig passages =
        config.with(
            QuestreamConfig.MODEL,
            named.model() == null ? Companions.orItself(questionModel) : named.model());
    Optional<Path> folder = Optional.ofNullable(named.folder());
    boolean isNamed = named.model() != null;
    if (named.topic() == null) {
      return new PassageSource(HubModel.local(passages, console), false, isNamed, folder);
    }
    return new PassageSource(withTopic(passages, named.topic()), true, isNamed, folder);
  }

  /** The settings with the topic that an option names. */
  static QuestreamConfig withTopic(QuestreamConfig config, String topic) {
    return topic.equals(SETTING) ? config : config.with(QuestreamConfig.EMBEDDINGS_TOPIC, topic);
  }

  /** Opens the vectors, once they are whole. */
  public PassageVectors open(
      PassageCollection passages, PassageVectors.Storage storage, Console console)
      throws IOException {
    return fromTopic
        ? TopicPassages.open(config, passages, folder, storage, console)
        : PassageVectors.open(config, passages, folder, storage, console);
  }
}
