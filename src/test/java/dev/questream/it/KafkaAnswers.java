package dev.questream.it;

import dev.questream.app.runtime.EmbeddingReader;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.List;

/** Looks for answers that are committed from now on. */
final class KafkaAnswers implements AutoCloseable {
  private final EmbeddingReader reader;

  KafkaAnswers(QuestreamConfig config) {
    this.reader =
        new EmbeddingReader(
            config,
            EmbeddingReader.Start.END,
            List.of(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC)));
  }

  /** Whether there is one, after a short wait. */
  boolean any() {
    return !reader.poll(Duration.ofMillis(50)).isEmpty();
  }

  @Override
  public void close() {
    reader.close();
  }
}
