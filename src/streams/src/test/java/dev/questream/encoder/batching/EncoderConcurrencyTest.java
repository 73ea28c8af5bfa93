package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;
import static dev.questream.encoder.batching.EncoderFixture.assertFails;
import static dev.questream.encoder.batching.EncoderFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many submitters and several workers at once. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EncoderConcurrencyTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  @Test
  void shouldGiveEveryTextItsOwnVectorUnderConcurrency() throws Exception {
    int threads = 8;
    int texts = 500;
    FakeBackend backend =
        FakeBackend.failingOn(
            "poison",
            () -> {
              throw new IllegalStateException("poison");
            });
    BatchingEncoder encoder = new BatchingEncoder(backend, new TokenBudget(64, 512, 4));
    ExecutorService submitters = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Void>> jobs = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int number = thread;
        jobs.add(() -> submitRandomWindows(encoder, number, texts));
      }
      for (Future<Void> job : submitters.invokeAll(jobs)) {
        job.get();
      }
    } finally {
      submitters.shutdown();
      encoder.close();
    }
    EncoderStatistics statistics = encoder.statistics();
    backend.attempts.removeIf(List.of("pn")::equals); // the probe with the special tokens alone
    int tokens =
        backend.attempts.stream()
            .filter(batch -> !batch.contains("poison"))
            .flatMap(List::stream)
            .mapToInt(String::length)
            .sum();
    long batches = backend.attempts.stream().filter(batch -> !batch.contains("poison")).count();
    assertThat(statistics.failures()).as("seed %d", SEED).isEqualTo(threads);
    assertThat(statistics.texts() + statistics.failures())
        .as("seed %d", SEED)
        .isEqualTo((long) threads * texts);
    assertThat(statistics.tokens()).as("seed %d", SEED).isEqualTo(tokens);
    assertThat(statistics.batches()).as("seed %d", SEED).isEqualTo(batches);
    assertThat(statistics.busyNanos()).as("seed %d", SEED).isPositive();
    assertThat(statistics.meanBatchTexts() * statistics.batches())
        .as("seed %d", SEED)
        .isCloseTo(statistics.texts(), Offset.offset(1e-6));
    assertThat(statistics.meanBatchTokens() * statistics.batches())
        .as("seed %d", SEED)
        .isCloseTo(statistics.tokens(), Offset.offset(1e-6));
  }

  /** Submits {@code count} texts in windows of random size; one of them is poison. */
  private static Void submitRandomWindows(BatchingEncoder encoder, int thread, int count)
      throws Exception {
    Random random = new Random(SEED + thread);
    List<String> texts = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      texts.add("thread %d text %d %s".formatted(thread, i, "x".repeat(random.nextInt(40))));
    }
    texts.add("poison");
    Collections.shuffle(texts, random);
    List<CompletableFuture<Embedding>> futures = new ArrayList<>();
    while (futures.size() < count) {
      int end = Math.min(count, futures.size() + 1 + random.nextInt(32));
      futures.addAll(
          encoder.submit(
              texts.subList(futures.size(), end).stream().map(EncoderInput::question).toList()));
    }
    for (int i = 0; i < count; i++) {
      if (texts.get(i).equals("poison")) {
        assertFails(futures.get(i), INFERENCE_FAILED);
      } else {
        assertThat(get(futures.get(i)).vector())
            .as("seed %d, %s", SEED, texts.get(i))
            .isEqualTo(FakeBackend.vector(texts.get(i)));
      }
    }
    return null;
  }
}
