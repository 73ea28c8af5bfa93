package dev.questream.lab.demo;

import dev.questream.avro.QuestionEmbedding;
import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What has come back: embeddings by question id, and how long each took. */
final class DemoTally {
  private static final int DIGITS = 3;

  private final Map<String, QuestionEmbedding> embeddings = new HashMap<>();
  private final Histogram latencies = new Histogram(DIGITS);
  private long answers;
  private long deadLetters;
  private long lastAtNanos;

  /**
   * @param latencyMs from the timestamp that the producer gave the question to the moment at which
   *     a read_committed consumer had its embedding
   */
  void embedded(QuestionEmbedding embedding, long latencyMs) {
    embeddings.put(embedding.getId(), embedding);
    latencies.recordValue(Math.max(0, latencyMs));
    answered();
  }

  void deadLetter() {
    deadLetters++;
    answered();
  }

  private void answered() {
    answers++;
    lastAtNanos = System.nanoTime();
  }

  /** Embeddings and dead letters. */
  long answers() {
    return answers;
  }

  long deadLetters() {
    return deadLetters;
  }

  /** When the last answer came, by {@link System#nanoTime()}. */
  long lastAtNanos() {
    return lastAtNanos;
  }

  /** The embedding of a question, or null if it has none. */
  QuestionEmbedding embedding(String id) {
    return embeddings.get(id);
  }

  /** Milliseconds that the given share of questions stayed under; 0 before the first. */
  long percentile(double share) {
    return latencies.getValueAtPercentile(100 * share);
  }
}
