package dev.questream.app.tracing;

import dev.questream.config.QuestreamConfig;
import dev.questream.processor.EmbedObserver;

/** Makes spans of what becomes of questions, if that is wanted. */
public interface Tracing extends AutoCloseable {

  /** Makes none, and leaves headers as they are. */
  Tracing OFF =
      new Tracing() {
        @Override
        public EmbedObserver observer() {
          return EmbedObserver.NONE;
        }

        @Override
        public void close() {
          // holds nothing
        }
      };

  /** As the settings say. */
  static Tracing open(QuestreamConfig config) {
    return config.getString(QuestreamConfig.TRACING_ENDPOINT).isEmpty()
        ? OFF
        : OtlpTracing.open(config);
  }

  /** Has to hear of questions. */
  EmbedObserver observer();

  /** Sends what is left, for a few seconds at most. */
  @Override
  void close();
}
