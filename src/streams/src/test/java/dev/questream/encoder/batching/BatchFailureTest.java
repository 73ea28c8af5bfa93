package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.EMPTY_TEXT;
import static dev.questream.encoder.EncoderException.Reason.ENCODER_BROKEN;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;
import static dev.questream.encoder.EncoderException.Reason.TOKENIZATION_FAILED;
import static dev.questream.encoder.batching.EncoderFixture.PATIENCE_SECONDS;
import static dev.questream.encoder.batching.EncoderFixture.ROOMY;
import static dev.questream.encoder.batching.EncoderFixture.assertFails;
import static dev.questream.encoder.batching.EncoderFixture.assertVector;
import static dev.questream.encoder.batching.EncoderFixture.awaitQueued;
import static dev.questream.encoder.batching.EncoderFixture.failure;
import static dev.questream.encoder.batching.EncoderFixture.occupy;
import static dev.questream.encoder.batching.EncoderFixture.questions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Only the text that fails gets a failure, and every future is settled. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchFailureTest {
  @Test
  void shouldFailOnlyTheTextThatTheModelFailsOn() throws Exception {
    for (int bad = 0; bad < 9; bad++) {
      String poison = "poison";
      FakeBackend backend =
          FakeBackend.failingOn(
              poison,
              () -> {
                throw new IllegalStateException("cannot bear " + poison);
              });
      backend.release = new CountDownLatch(1);
      try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
        CompletableFuture<Embedding> busy = occupy(backend, encoder);
        List<String> texts = new ArrayList<>(IntStream.range(0, 9).mapToObj(i -> "t" + i).toList());
        texts.set(bad, poison);
        List<CompletableFuture<Embedding>> futures =
            encoder.submit(texts.stream().map(EncoderInput::question).toList());
        awaitQueued(encoder);
        backend.release.countDown();
        assertVector(busy, "busy");
        for (int i = 0; i < texts.size(); i++) {
          if (i == bad) {
            EncoderException failure = failure(futures.get(i));
            assertThat(failure.reason()).isEqualTo(INFERENCE_FAILED);
            assertThat(failure).hasMessageContaining("cannot bear poison");
            assertThat(failure.getCause()).isInstanceOf(IllegalStateException.class);
          } else {
            assertVector(futures.get(i), texts.get(i));
          }
        }
        // The text failed in the whole batch, in the whole batch again, and at last alone.
        assertThat(backend.attempts.stream().filter(texts::equals)).hasSize(2);
        assertThat(backend.attempts).contains(List.of(poison));
        assertThat(encoder.statistics().texts()).isEqualTo(9);
        assertThat(encoder.statistics().failures()).isEqualTo(2); // and the fence
      }
    }
  }

  @Test
  void shouldFailATextWhoseVectorIsNotFinite() {
    FakeBackend backend =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            List<float[]> vectors = super.run(texts);
            for (int i = 0; i < texts.size(); i++) {
              if (texts.get(i).equals("nan")) {
                vectors.set(i, new float[] {1, Float.NaN});
              }
            }
            return vectors;
          }
        };
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      List<CompletableFuture<Embedding>> futures = encoder.submit(questions("a", "nan", "b"));
      assertFails(futures.get(1), INFERENCE_FAILED);
      assertThat(futures.get(0).join().vector()).isNotEmpty();
      assertThat(futures.get(2).join().vector()).isNotEmpty();
    }
  }

  @Test
  void shouldFailEveryTextWhenTheModelFailsOnAll() {
    FakeBackend backend =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            throw new IllegalStateException("broken");
          }
        };
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      encoder
          .submit(questions("a", "b", "c", "d", "e"))
          .forEach(future -> assertFails(future, ENCODER_BROKEN));
      assertThat(encoder.statistics().texts()).isZero();
      assertThat(encoder.statistics().batches()).isZero();
      assertThat(encoder.statistics().failures()).isEqualTo(5);
    }
  }

  @Test
  void shouldRunABatchThatFailsOnceAgain() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    FakeBackend backend =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            if (calls.incrementAndGet() == 1) {
              throw new IllegalStateException("once");
            }
            return super.run(texts);
          }
        };
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      List<CompletableFuture<Embedding>> futures = encoder.submit(questions("a", "b", "c"));
      assertVector(futures.get(0), "a");
      assertVector(futures.get(1), "b");
      assertVector(futures.get(2), "c");
      assertThat(backend.attempts).containsExactly(List.of("a", "b", "c"), List.of("a", "b", "c"));
      assertThat(encoder.statistics().batches()).isEqualTo(1);
      assertThat(encoder.statistics().texts()).isEqualTo(3);
      assertThat(encoder.statistics().failures()).isZero();
    }
  }

  @Test
  void shouldFailOnlyTheTextThatTheTokenizerFailsOn() throws Exception {
    FakeBackend backend =
        new FakeBackend() {
          @Override
          public TokenizedText tokenize(EncoderInput input) {
            if (input.text().isEmpty()) {
              throw new EncoderException(EMPTY_TEXT, "nothing here");
            }
            return super.tokenize(input);
          }
        };
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      List<CompletableFuture<Embedding>> futures =
          encoder.submit(questions("a", "" + FakeBackend.UNTOKENIZABLE, "", "b"));
      assertVector(futures.get(0), "a");
      assertVector(futures.get(3), "b");
      assertFails(futures.get(1), TOKENIZATION_FAILED);
      assertThat(failure(futures.get(1)).getCause()).isInstanceOf(IllegalArgumentException.class);
      assertFails(futures.get(2), EMPTY_TEXT);
      assertThat(encoder.statistics().failures()).isEqualTo(2);
    }
  }

  @Test
  void shouldTreatAWrongNumberOfVectorsAsAFailure() throws Exception {
    for (int wrong : new int[] {-1, 1}) {
      FakeBackend backend =
          new FakeBackend() {
            @Override
            List<float[]> run(List<String> texts) {
              List<float[]> vectors = new ArrayList<>(super.run(texts));
              if (texts.contains("poison")) {
                if (wrong < 0) {
                  vectors.remove(0);
                } else {
                  vectors.add(new float[3]);
                }
              }
              return vectors;
            }
          };
      try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
        List<CompletableFuture<Embedding>> futures =
            encoder.submit(questions("a", "poison", "b", "c"));
        assertVector(futures.get(0), "a");
        assertVector(futures.get(2), "b");
        assertVector(futures.get(3), "c");
        assertFails(futures.get(1), INFERENCE_FAILED);
        assertThat(failure(futures.get(1))).hasMessageContaining("vectors for 1 texts");
      }
    }
  }

  @Test
  void shouldSettleEveryFutureWhenTheModelThrowsAnError() throws Exception {
    FakeBackend backend =
        FakeBackend.failingOn(
            "poison",
            () -> {
              throw new StackOverflowError("says the test");
            });
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      List<CompletableFuture<Embedding>> futures = encoder.submit(questions("a", "poison"));
      Awaitility.await()
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .untilAsserted(() -> assertThat(futures).allMatch(CompletableFuture::isDone));
      assertVector(encoder.submit(EncoderInput.question("after")), "after");
    }
  }

  @Test
  void shouldSettleEveryFutureWhenTheTokenizerThrowsAnError() throws Exception {
    FakeBackend backend =
        new FakeBackend() {
          @Override
          public TokenizedText tokenize(EncoderInput input) {
            if (input.text().equals("poison")) {
              throw new StackOverflowError("says the test");
            }
            return super.tokenize(input);
          }
        };
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      List<CompletableFuture<Embedding>> futures = encoder.submit(questions("a", "poison", "b"));
      Awaitility.await()
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .untilAsserted(() -> assertThat(futures).allMatch(CompletableFuture::isDone));
      assertVector(futures.get(0), "a");
      assertVector(futures.get(2), "b");
    }
  }
}
