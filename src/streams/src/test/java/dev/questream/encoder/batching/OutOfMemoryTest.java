package dev.questream.encoder.batching;

import static dev.questream.encoder.batching.EncoderFixture.ROOMY;
import static dev.questream.encoder.batching.EncoderFixture.assertVector;
import static dev.questream.encoder.batching.EncoderFixture.questions;
import static dev.questream.encoder.batching.EncoderFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A batch too large for the device is halved, and the budget learns from it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutOfMemoryTest {
  @Test
  void shouldRecoverFromABatchThatDoesNotFitInMemory() throws Exception {
    FakeBackend backend =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            if (texts.size() > 1) {
              throw new OutOfMemoryError("too large, says the test");
            }
            return super.run(texts);
          }
        };
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      List<CompletableFuture<Embedding>> futures = encoder.submit(questions("a", "b", "c"));
      assertVector(futures.get(0), "a");
      assertVector(futures.get(1), "b");
      assertVector(futures.get(2), "c");
    }
  }

  @Test
  void shouldHalveTheBudgetWhenMemoryRunsOutAndRecoverLater() throws Exception {
    AtomicInteger fits = new AtomicInteger(20);
    FakeBackend backend =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            if (texts.stream().mapToInt(String::length).sum() > fits.get()) {
              throw new IllegalStateException("CUDA out of memory. Tried to allocate 2 GiB");
            }
            return super.run(texts);
          }
        };
    try (BatchingEncoder encoder = new BatchingEncoder(backend, new TokenBudget(64, 64, 1))) {
      List<String> texts = IntStream.range(0, 64).mapToObj(i -> "t" + (10 + i) + "x").toList();
      List<CompletableFuture<Embedding>> futures =
          encoder.submit(texts.stream().map(EncoderInput::question).toList());
      for (int i = 0; i < texts.size(); i++) {
        assertVector(futures.get(i), texts.get(i));
      }
      assertThat(encoder.state().maxBatchTokens()).isEqualTo(16);
      assertThat(encoder.statistics().outOfMemory()).isBetween(2L, 4L);
      assertThat(encoder.statistics().failures()).isZero();
      fits.set(1_000);
      for (int i = 0; i < 2 * LearnedLimit.RECOVERY_BATCHES; i++) {
        assertVector(encoder.submit(EncoderInput.question("text " + i)), "text " + i);
      }
      assertThat(encoder.state().maxBatchTokens()).isEqualTo(64);
    }
  }

  @Test
  void shouldNotBlameATextForWantOfMemory() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    FakeBackend backend =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            if (calls.incrementAndGet() <= 4) {
              throw new OutOfMemoryError("says the test");
            }
            return super.run(texts);
          }
        };
    try (BatchingEncoder encoder =
        new BatchingEncoder(
            backend, settings(ROOMY, 0, Duration.ZERO, false, 0), EncoderObserver.NONE)) {
      assertVector(encoder.submit(EncoderInput.question("large")), "large");
      calls.set(-1_000_000);
    }
  }
}
