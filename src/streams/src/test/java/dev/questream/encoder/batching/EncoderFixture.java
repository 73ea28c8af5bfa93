package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.TOKENIZATION_FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderException.Reason;
import dev.questream.encoder.EncoderInput;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What tests of {@link BatchingEncoder} share. */
final class EncoderFixture {
  static final int PATIENCE_SECONDS = 10;

  /** One worker, and a budget that holds all that a test submits. */
  static final TokenBudget ROOMY = new TokenBudget(100_000, 100_000, 1);

  private EncoderFixture() {}

  static List<EncoderInput> questions(String... texts) {
    return Arrays.stream(texts).map(EncoderInput::question).toList();
  }

  static Embedding get(CompletableFuture<Embedding> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static void assertVector(CompletableFuture<Embedding> future, String text) throws Exception {
    assertThat(get(future).vector()).as(text).isEqualTo(FakeBackend.vector(text));
  }

  static EncoderException failure(CompletableFuture<Embedding> future) {
    ExecutionException failed =
        catchThrowableOfType(
            ExecutionException.class, () -> future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertThat(failed).as("the future fails").isNotNull();
    assertThat(failed.getCause()).isInstanceOf(EncoderException.class);
    return (EncoderException) failed.getCause();
  }

  static void assertFails(CompletableFuture<Embedding> future, Reason reason) {
    assertThat(failure(future).reason()).isEqualTo(reason);
  }

  /**
   * Waits until all that was submitted before is queued: windows are tokenized one after the other,
   * so they are queued when the tokenizer has refused this one.
   */
  static void awaitQueued(BatchingEncoder encoder) {
    CompletableFuture<Embedding> fence =
        encoder.submit(EncoderInput.question(String.valueOf(FakeBackend.UNTOKENIZABLE)));
    assertFails(fence, TOKENIZATION_FAILED);
  }

  /** Keeps the only worker inside the model until {@code release} is counted down. */
  static CompletableFuture<Embedding> occupy(FakeBackend backend, BatchingEncoder encoder) {
    CompletableFuture<Embedding> busy = encoder.submit(EncoderInput.question("busy"));
    FakeBackend.awaitUninterruptibly(backend.entered);
    return busy;
  }

  static BatchingSettings settings(
      TokenBudget budget, int retries, Duration callTimeout, boolean coalesce, long cacheBytes) {
    return new BatchingSettings(
        budget, retries, Duration.ofMillis(1), callTimeout, coalesce, cacheBytes, 0.5);
  }
}
