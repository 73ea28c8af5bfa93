package dev.questream.it;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.List;

/** Looks for answers that are committed from now on. */
public final class KafkaAnswers implements AutoCloseable {
  private final EmbeddingReader reader;

  public KafkaAnswers(QuestreamConfig config) {
    this.reader =
        new EmbeddingReader(
            config, ReadFrom.END, List.of(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC)));
  }

  /** Whether there is one, after a short wait. */
  public boolean any() {
    return !reader.poll(Duration.ofMillis(50)).isEmpty();
  }

  @Override
  public void close() {
    reader.close();
  }
}
