package dev.questream.it.faults;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.QuestionEmbeddingSerializer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.serialization.Serializer;

/** Writes embeddings, and throws where it is told to: on the stream thread, in a transaction. */
public final class BreakingSerializer implements Serializer<QuestionEmbedding> {
  private static final AtomicInteger FAULTS = new AtomicInteger();
  private static volatile RuntimeException fault;

  private final QuestionEmbeddingSerializer serializer = new QuestionEmbeddingSerializer();

  /** The next embeddings throw this. */
  static void breakNext(int embeddings, RuntimeException thrown) {
    fault = thrown;
    FAULTS.set(embeddings);
  }

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    serializer.configure(configs, isKey);
  }

  @Override
  public byte[] serialize(String topic, QuestionEmbedding embedding) {
    if (FAULTS.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw fault;
    }
    return serializer.serialize(topic, embedding);
  }
}
