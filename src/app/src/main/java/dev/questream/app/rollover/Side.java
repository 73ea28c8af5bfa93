package dev.questream.app.rollover;

import dev.questream.config.QuestreamConfig;

/**
 * One of the two applications.
 *
 * @param config its settings, as it runs with them
 */
public record Side(QuestreamConfig config) {

  public String application() {
    return config.getString(QuestreamConfig.APPLICATION_ID);
  }

  public String questions() {
    return config.getString(QuestreamConfig.QUESTIONS_TOPIC);
  }

  public String embeddings() {
    return config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
  }

  public String deadLetters() {
    return config.getString(QuestreamConfig.DLQ_TOPIC);
  }
}
