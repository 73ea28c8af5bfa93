package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.CLOSED;
import static dev.questream.encoder.batching.EncoderFixture.PATIENCE_SECONDS;
import static dev.questream.encoder.batching.EncoderFixture.ROOMY;
import static dev.questream.encoder.batching.EncoderFixture.assertFails;
import static dev.questream.encoder.batching.EncoderFixture.assertVector;
import static dev.questream.encoder.batching.EncoderFixture.awaitQueued;
import static dev.questream.encoder.batching.EncoderFixture.occupy;
import static dev.questream.encoder.batching.EncoderFixture.questions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Opening and closing: no future is left open, no thread left inside the model. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EncoderCloseTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  /** A process that ended under a batch would crash inside the model. */
  @Test
  void shouldWaitForABatchThatTakesSeconds() throws Exception {
    FakeBackend backend = new FakeBackend();
    backend.release = new CountDownLatch(1);
    BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY);
    CompletableFuture<Embedding> running = occupy(backend, encoder);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(encoder::close);
    assertThatThrownBy(() -> closing.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    backend.release.countDown();
    closing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertVector(running, "busy");
    assertThat(backend.closed).hasValue(1);
  }

  /** As a signal does to the thread that stops an application. */
  @Test
  void shouldWaitThoughItIsInterrupted() throws Exception {
    FakeBackend backend = new FakeBackend();
    backend.release = new CountDownLatch(1);
    BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY);
    CompletableFuture<Embedding> running = occupy(backend, encoder);
    Thread closing = new Thread(encoder::close);
    closing.start();
    closing.interrupt();
    Awaitility.await().until(() -> closing.getState() == Thread.State.WAITING);
    closing.interrupt();
    backend.release.countDown();
    closing.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    assertVector(running, "busy");
    assertThat(backend.closed).as("the model is given back").hasValue(1);
  }

  @Test
  void shouldFailWhatIsWaitingWhenClosedAndLetTheRunningBatchEnd() throws Exception {
    FakeBackend backend = new FakeBackend();
    backend.release = new CountDownLatch(1);
    BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY);
    CompletableFuture<Embedding> running = occupy(backend, encoder);
    List<CompletableFuture<Embedding>> waiting = encoder.submit(questions("a", "b"));
    awaitQueued(encoder);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(encoder::close);
    waiting.forEach(future -> assertFails(future, CLOSED));
    assertThat(backend.closed).as("a worker is still inside the model").hasValue(0);
    backend.release.countDown();
    assertVector(running, "busy");
    closing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(backend.sessionsClosed).hasValue(1);
    assertThat(backend.closed).hasValue(1);
    assertThat(backend.attempts).containsExactly(List.of("busy"));
  }

  @Test
  void shouldFailWhatIsBeingTokenizedWhenClosed() throws Exception {
    CountDownLatch tokenizing = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    FakeBackend backend =
        new FakeBackend() {
          @Override
          public TokenizedText tokenize(EncoderInput input) {
            tokenizing.countDown();
            awaitUninterruptibly(proceed);
            assertThat(closed).as("the tokenizer outlives its use").hasValue(0);
            return super.tokenize(input);
          }
        };
    BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY);
    CompletableFuture<Embedding> inside = encoder.submit(EncoderInput.question("inside"));
    CompletableFuture<Embedding> behind = encoder.submit(EncoderInput.question("behind"));
    tokenizing.await();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(encoder::close);
    Awaitility.await()
        .dontCatchUncaughtExceptions()
        .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .until(() -> backend.sessionsClosed.get() == 1);
    proceed.countDown();
    assertFails(inside, CLOSED);
    assertFails(behind, CLOSED);
    closing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(backend.closed).hasValue(1);
  }

  @Test
  void shouldFailWhatIsSubmittedAfterClose() {
    BatchingEncoder encoder = new BatchingEncoder(new FakeBackend(), ROOMY);
    encoder.close();
    List<CompletableFuture<Embedding>> futures = encoder.submit(questions("late", "later"));
    assertThat(futures).hasSize(2);
    futures.forEach(future -> assertFails(future, CLOSED));
    assertThat(encoder.statistics().failures()).isEqualTo(2);
  }

  @Test
  void shouldCloseOnce() {
    FakeBackend backend = new FakeBackend();
    BatchingEncoder encoder = new BatchingEncoder(backend, new TokenBudget(1, 10, 3));
    encoder.close();
    encoder.close();
    encoder.close();
    assertThat(backend.closed).hasValue(1);
    assertThat(backend.sessionsOpened).hasValue(3);
    assertThat(backend.sessionsClosed).hasValue(3);
  }

  @Test
  void shouldNotOpenWhenASessionFailsToOpen() {
    AtomicInteger opened = new AtomicInteger();
    FakeBackend backend =
        new FakeBackend() {
          @Override
          public Session openSession() {
            if (opened.incrementAndGet() == 2) {
              throw new IllegalStateException("no more sessions");
            }
            return super.openSession();
          }
        };
    assertThatThrownBy(() -> new BatchingEncoder(backend, new TokenBudget(1, 10, 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no more sessions");
    assertThat(backend.sessionsClosed).as("the other sessions").hasValue(2);
    assertThat(backend.closed).hasValue(1);
  }

  @Test
  @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldNotHangWhenOpeningASessionThrowsAnError() {
    FakeBackend backend =
        new FakeBackend() {
          @Override
          public Session openSession() {
            throw new UnsatisfiedLinkError("says the test");
          }
        };
    assertThatThrownBy(() -> new BatchingEncoder(backend, ROOMY))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).hasMessageContaining("says the test"),
            thrown -> assertThat(thrown).hasRootCauseMessage("says the test"));
  }

  @Test
  void shouldSettleEveryFutureWhenClosedUnderLoad() throws Exception {
    for (int round = 0; round < 20; round++) {
      FakeBackend backend = new FakeBackend();
      BatchingEncoder encoder = new BatchingEncoder(backend, new TokenBudget(8, 64, 2));
      CountDownLatch started = new CountDownLatch(4);
      ExecutorService submitters = Executors.newFixedThreadPool(4);
      List<Future<List<CompletableFuture<Embedding>>>> jobs = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        jobs.add(
            submitters.submit(
                () -> {
                  List<CompletableFuture<Embedding>> futures = new ArrayList<>();
                  for (int i = 0; i < 200; i++) {
                    futures.addAll(encoder.submit(questions("first " + i, "second " + i)));
                    started.countDown();
                  }
                  return futures;
                }));
      }
      started.await();
      encoder.close();
      submitters.shutdown();
      int vectors = 0;
      int closed = 0;
      for (Future<List<CompletableFuture<Embedding>>> job : jobs) {
        for (CompletableFuture<Embedding> future : job.get()) {
          if (future.handle((vector, failure) -> failure == null).get(10, TimeUnit.SECONDS)) {
            vectors++;
          } else {
            assertFails(future, CLOSED);
            closed++;
          }
        }
      }
      assertThat(vectors + closed).as("seed %d, round %d", SEED, round).isEqualTo(1_600);
      assertThat(encoder.statistics().texts())
          .as("seed %d, round %d", SEED, round)
          .isEqualTo(vectors);
      assertThat(encoder.statistics().failures())
          .as("seed %d, round %d", SEED, round)
          .isEqualTo(closed);
    }
  }
}
