package dev.questream.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.QuestionEmbedding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DemoTallyTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  private final DemoTally tally = new DemoTally();

  private static QuestionEmbedding embedding(String id) {
    QuestionEmbedding embedding = new QuestionEmbedding();
    embedding.put("id", id);
    return embedding;
  }

  @Test
  void shouldCountEmbeddingsAndDeadLetters() {
    assertThat(tally.answers()).isZero();
    tally.embedded(embedding("a"), 5);
    tally.deadLetter();
    tally.embedded(embedding("b"), 7);
    assertThat(tally.answers()).isEqualTo(3);
    assertThat(tally.deadLetters()).isEqualTo(1);
    assertThat(tally.embedding("a").getId()).isEqualTo("a");
    assertThat(tally.embedding("c")).isNull();
  }

  @Test
  void shouldRememberWhenTheLastAnswerCame() {
    long before = System.nanoTime();
    tally.deadLetter();
    assertThat(tally.lastAtNanos()).isBetween(before, System.nanoTime());
    long between = System.nanoTime();
    tally.embedded(embedding("a"), 5);
    assertThat(tally.lastAtNanos()).isBetween(between, System.nanoTime());
  }

  @Test
  void shouldTakePercentilesByNearestRank() {
    assertThat(tally.percentile(0.99)).isZero();
    List<Long> latencies = new ArrayList<>();
    for (long i = 1; i <= 200; i++) {
      latencies.add(i);
    }
    Collections.shuffle(latencies, new Random(SEED));
    latencies.forEach(latency -> tally.embedded(embedding("q" + latency), latency));
    assertThat(tally.percentile(0.5)).as("seed %d", SEED).isEqualTo(100);
    assertThat(tally.percentile(0.99)).as("seed %d", SEED).isEqualTo(198);
    assertThat(tally.percentile(1)).as("seed %d", SEED).isEqualTo(200);
  }

  @Test
  void shouldTakeTheOnlyLatencyForAllPercentiles() {
    tally.embedded(embedding("a"), 42);
    tally.deadLetter();
    assertThat(tally.percentile(0.5)).isEqualTo(42);
    assertThat(tally.percentile(0.99)).isEqualTo(42);
  }
}
