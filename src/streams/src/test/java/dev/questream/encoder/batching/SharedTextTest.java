package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;
import static dev.questream.encoder.batching.EncoderFixture.ROOMY;
import static dev.questream.encoder.batching.EncoderFixture.assertFails;
import static dev.questream.encoder.batching.EncoderFixture.assertVector;
import static dev.questream.encoder.batching.EncoderFixture.awaitQueued;
import static dev.questream.encoder.batching.EncoderFixture.get;
import static dev.questream.encoder.batching.EncoderFixture.occupy;
import static dev.questream.encoder.batching.EncoderFixture.questions;
import static dev.questream.encoder.batching.EncoderFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Texts of the same tokens are encoded once: under way together, or from the cache. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedTextTest {
  private static BatchingEncoder sharing(FakeBackend backend, long cacheBytes) {
    return new BatchingEncoder(
        backend, settings(ROOMY, 1, Duration.ZERO, true, cacheBytes), EncoderObserver.NONE);
  }

  @Test
  void shouldEncodeTheSameTextUnderWayOnce() throws Exception {
    FakeBackend backend = new FakeBackend();
    backend.release = new CountDownLatch(1);
    try (BatchingEncoder encoder = sharing(backend, 0)) {
      CompletableFuture<Embedding> busy = occupy(backend, encoder);
      List<CompletableFuture<Embedding>> futures =
          encoder.submit("a", questions("same", "other", "same"));
      CompletableFuture<Embedding> elsewhere = encoder.submit("b", questions("same")).get(0);
      CompletableFuture<Embedding> longer =
          encoder.submit(EncoderInput.passage("cut off", "same")); // the same tokens, after a cut
      awaitQueued(encoder);
      backend.release.countDown();
      assertVector(busy, "busy");
      for (CompletableFuture<Embedding> future :
          List.of(futures.get(0), futures.get(2), elsewhere, longer)) {
        assertVector(future, "same");
      }
      assertVector(futures.get(1), "other");
      assertThat(get(longer).truncated()).isTrue();
      assertThat(get(elsewhere).truncated()).isFalse();
      assertThat(backend.attempts).containsExactly(List.of("busy"), List.of("same", "other"));
      assertThat(encoder.statistics().coalesced()).isEqualTo(3);
      // Nothing is remembered without a cache.
      assertVector(encoder.submit(EncoderInput.question("same")), "same");
      assertThat(backend.attempts).hasSize(3);
    }
  }

  @Test
  void shouldGoOnForOneWaiterWhenAnotherGivesUp() throws Exception {
    FakeBackend backend = new FakeBackend();
    backend.release = new CountDownLatch(1);
    try (BatchingEncoder encoder = sharing(backend, 0)) {
      occupy(backend, encoder);
      List<CompletableFuture<Embedding>> futures =
          encoder.submit(questions("same", "same", "gone", "gone"));
      awaitQueued(encoder);
      futures.get(0).cancel(false);
      futures.get(2).cancel(false);
      futures.get(3).cancel(false);
      backend.release.countDown();
      assertVector(futures.get(1), "same");
      assertThat(backend.attempts).doesNotContain(List.of("gone"));
      // Whom all had given up is taken anew.
      assertVector(encoder.submit(EncoderInput.question("gone")), "gone");
    }
  }

  @Test
  void shouldShareAFailureAndThenTryAnew() {
    FakeBackend backend =
        FakeBackend.failingOn(
            "poison",
            () -> {
              throw new IllegalStateException("cannot bear it");
            });
    try (BatchingEncoder encoder = sharing(backend, 1 << 20)) {
      encoder
          .submit(questions("poison", "poison"))
          .forEach(future -> assertFails(future, INFERENCE_FAILED));
      int before = backend.attempts.size();
      assertFails(encoder.submit(EncoderInput.question("poison")), INFERENCE_FAILED);
      assertThat(backend.attempts.size()).as("failures are not cached").isGreaterThan(before);
    }
  }

  @Test
  void shouldRememberVectorsUpToTheBound() throws Exception {
    FakeBackend backend = new FakeBackend();
    try (BatchingEncoder encoder = sharing(backend, 2_000)) {
      for (int round = 0; round < 3; round++) {
        assertVector(encoder.submit(EncoderInput.question("again")), "again");
      }
      assertThat(encoder.statistics().cacheHits()).isEqualTo(2);
      assertThat(backend.attempts).hasSize(1);
      for (int i = 0; i < 1_000; i++) {
        assertVector(encoder.submit(EncoderInput.question("text " + i)), "text " + i);
      }
      assertThat(encoder.state().cachedVectors()).isBetween(1L, 12L);
    }
  }
}
