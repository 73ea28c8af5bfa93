package dev.questream.encoder;

import static dev.questream.encoder.EncoderException.Reason.CLOSED;
import static dev.questream.encoder.EncoderException.Reason.EMPTY_TEXT;
import static dev.questream.encoder.EncoderException.Reason.ENCODER_BROKEN;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;
import static dev.questream.encoder.EncoderException.Reason.TOKENIZATION_FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.questream.encoder.EncoderException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchingEncoderTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int PATIENCE_SECONDS = 10;

  /** One worker, and a budget that holds all that a test submits. */
  private static final TokenBudget ROOMY = new TokenBudget(100_000, 100_000, 1);

  private static List<EncoderInput> questions(String... texts) {
    return Arrays.stream(texts).map(EncoderInput::question).toList();
  }

  private static Embedding get(CompletableFuture<Embedding> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void assertVector(CompletableFuture<Embedding> future, String text)
      throws Exception {
    assertThat(get(future).vector()).as(text).isEqualTo(FakeBackend.vector(text));
  }

  private static EncoderException failure(CompletableFuture<Embedding> future) {
    ExecutionException failed =
        catchThrowableOfType(
            ExecutionException.class, () -> future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertThat(failed).as("the future fails").isNotNull();
    assertThat(failed.getCause()).isInstanceOf(EncoderException.class);
    return (EncoderException) failed.getCause();
  }

  private static void assertFails(CompletableFuture<Embedding> future, Reason reason) {
    assertThat(failure(future).reason()).isEqualTo(reason);
  }

  /**
   * Waits until all that was submitted before is queued: windows are tokenized one after the other,
   * so they are queued when the tokenizer has refused this one.
   */
  private static void awaitQueued(BatchingEncoder encoder) {
    CompletableFuture<Embedding> fence =
        encoder.submit(EncoderInput.question(String.valueOf(FakeBackend.UNTOKENIZABLE)));
    assertFails(fence, TOKENIZATION_FAILED);
  }

  /** Keeps the only worker inside the model until {@code release} is counted down. */
  private static CompletableFuture<Embedding> occupy(FakeBackend backend, BatchingEncoder encoder) {
    CompletableFuture<Embedding> busy = encoder.submit(EncoderInput.question("busy"));
    FakeBackend.awaitUninterruptibly(backend.entered);
    return busy;
  }

  @Test
  void shouldGiveEachTextItsVectorInTheOrderOfSubmission() throws Exception {
    try (BatchingEncoder encoder = new BatchingEncoder(new FakeBackend(), ROOMY)) {
      List<String> texts = IntStream.range(0, 100).mapToObj(i -> "text " + i).toList();
      List<CompletableFuture<Embedding>> futures =
          encoder.submit(texts.stream().map(EncoderInput::question).toList());
      assertThat(futures).hasSameSizeAs(texts);
      for (int i = 0; i < texts.size(); i++) {
        assertVector(futures.get(i), texts.get(i));
      }
    }
  }

  @Test
  void shouldReportTokensBeforeAndAfterTheCut() throws Exception {
    try (BatchingEncoder encoder = new BatchingEncoder(new FakeBackend(), ROOMY)) {
      Embedding whole = get(encoder.submit(EncoderInput.question("12345")));
      assertThat(whole.tokenCount()).isEqualTo(5);
      assertThat(whole.originalTokenCount()).isEqualTo(5);
      assertThat(whole.truncated()).isFalse();
      // The fake counts the characters of a title among what was cut.
      Embedding cut = get(encoder.submit(EncoderInput.passage("abc", "12345")));
      assertThat(cut.tokenCount()).isEqualTo(5);
      assertThat(cut.originalTokenCount()).isEqualTo(8);
      assertThat(cut.truncated()).isTrue();
    }
  }

  @Test
  void shouldTakeAnEmptyWindow() {
    try (BatchingEncoder encoder = new BatchingEncoder(new FakeBackend(), ROOMY)) {
      assertThat(encoder.submit(List.of())).isEmpty();
      awaitQueued(encoder);
    }
  }

  @Test
  void shouldTellWhatTheBackendIs() {
    FakeBackend backend = new FakeBackend();
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      assertThat(encoder.info()).isEqualTo(backend.info());
    }
  }

  @Test
  void shouldMergeTheTextsOfSeveralSubmittersWhileAWorkerIsBusy() throws Exception {
    FakeBackend backend = new FakeBackend();
    backend.release = new CountDownLatch(1);
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      CompletableFuture<Embedding> busy = occupy(backend, encoder);
      List<CompletableFuture<Embedding>> first = encoder.submit(questions("a1", "a2"));
      CompletableFuture<List<CompletableFuture<Embedding>>> second =
          CompletableFuture.supplyAsync(() -> encoder.submit(questions("b1")));
      second.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      List<CompletableFuture<Embedding>> third = encoder.submit(questions("c1", "c2", "c3"));
      awaitQueued(encoder);
      backend.release.countDown();
      assertVector(busy, "busy");
      assertVector(first.get(0), "a1");
      assertVector(second.get().get(0), "b1");
      assertVector(third.get(2), "c3");
      assertThat(backend.attempts)
          .containsExactly(List.of("busy"), List.of("a1", "a2", "b1", "c1", "c2", "c3"));
    }
  }

  @Test
  void shouldNotPutMoreTokensInABatchThanTheBudgetHolds() throws Exception {
    FakeBackend backend = new FakeBackend();
    backend.release = new CountDownLatch(1);
    try (BatchingEncoder encoder = new BatchingEncoder(backend, new TokenBudget(10, 10, 1))) {
      occupy(backend, encoder);
      List<CompletableFuture<Embedding>> futures =
          encoder.submit(questions("1234", "12345", "12", "a text of more than ten", "1234567890"));
      awaitQueued(encoder);
      backend.release.countDown();
      for (CompletableFuture<Embedding> future : futures) {
        get(future);
      }
      assertThat(backend.attempts)
          .containsExactly(
              List.of("busy"),
              List.of("1234", "12345"),
              List.of("12"),
              List.of("a text of more than ten"),
              List.of("1234567890"));
    }
  }

  @Test
  void shouldFailOnlyTheTextThatTheModelFailsOn() throws Exception {
    for (int bad = 0; bad < 9; bad++) {
      String poison = "poison";
      FakeBackend backend =
          new FakeBackend() {
            @Override
            List<float[]> run(List<String> texts) {
              if (texts.contains(poison)) {
                throw new IllegalStateException("cannot bear " + poison);
              }
              return super.run(texts);
            }
          };
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
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            if (texts.contains("poison")) {
              throw new StackOverflowError("says the test");
            }
            return super.run(texts);
          }
        };
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
  void shouldSpreadAWindowOverIdleWorkers() throws Exception {
    int workers = 4;
    CyclicBarrier together = new CyclicBarrier(workers);
    FakeBackend backend =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            try {
              together.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
            return super.run(texts);
          }
        };
    try (BatchingEncoder encoder =
        new BatchingEncoder(backend, new TokenBudget(1, 1_000, workers))) {
      // Four equal texts: each worker takes one and waits for the other three.
      List<CompletableFuture<Embedding>> futures = encoder.submit(questions("a", "b", "c", "d"));
      assertVector(futures.get(0), "a");
      assertVector(futures.get(3), "d");
    }
    assertThat(backend.attempts).hasSize(workers).allMatch(batch -> batch.size() == 1);
  }

  @Test
  void shouldGiveATextThatComesAloneToTheSessionThatPrefersIt() throws Exception {
    int workers = 3;
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    List<Thread> encoding = Collections.synchronizedList(new ArrayList<>());
    FakeBackend backend =
        new FakeBackend() {
          @Override
          public Session openSession() {
            Session session = super.openSession();
            boolean preferred;
            synchronized (threads) {
              threads.add(Thread.currentThread());
              preferred = threads.size() == 2;
            }
            return new Session() {
              @Override
              public List<float[]> encode(List<int[]> tokenIds) {
                encoding.add(Thread.currentThread());
                return session.encode(tokenIds);
              }

              @Override
              public boolean prefersSingles() {
                return preferred;
              }

              @Override
              public void close() {
                session.close();
              }
            };
          }
        };
    int texts = 20;
    try (BatchingEncoder encoder =
        new BatchingEncoder(backend, new TokenBudget(1, 1_000, workers))) {
      for (int i = 0; i < texts; i++) {
        Awaitility.await()
            .until(() -> threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
        assertVector(encoder.submit(EncoderInput.question("text " + i)), "text " + i);
      }
    }
    assertThat(encoding).hasSize(texts).containsOnly(threads.get(1));
  }

  @Test
  void shouldGiveEveryTextItsOwnVectorUnderConcurrency() throws Exception {
    int threads = 8;
    int texts = 500;
    FakeBackend backend =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> batch) {
            if (batch.contains("poison")) {
              throw new IllegalStateException("poison");
            }
            return super.run(batch);
          }
        };
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
        .isCloseTo(statistics.texts(), org.assertj.core.data.Offset.offset(1e-6));
    assertThat(statistics.meanBatchTokens() * statistics.batches())
        .as("seed %d", SEED)
        .isCloseTo(statistics.tokens(), org.assertj.core.data.Offset.offset(1e-6));
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

  private static BatchingSettings settings(
      TokenBudget budget, int retries, Duration callTimeout, boolean coalesce, long cacheBytes) {
    return new BatchingSettings(
        budget, retries, Duration.ofMillis(1), callTimeout, coalesce, cacheBytes);
  }

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
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            if (texts.contains("poison")) {
              throw new IllegalStateException("cannot bear it");
            }
            return super.run(texts);
          }
        };
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

  /** Blocks in {@link #run} for ever on a text that it is told of, as often as it is told. */
  private static final class HangingBackend extends FakeBackend {
    private final AtomicInteger hangs;
    private final String culprit;
    final CountDownLatch atLast = new CountDownLatch(1);

    HangingBackend(String culprit, int times) {
      this.culprit = culprit;
      this.hangs = new AtomicInteger(times);
    }

    @Override
    List<float[]> run(List<String> texts) {
      if ((culprit == null || texts.contains(culprit)) && hangs.getAndDecrement() > 0) {
        awaitAsNativeCodeDoes();
      }
      return super.run(texts);
    }

    /** Deaf to interrupts. */
    private void awaitAsNativeCodeDoes() {
      while (true) {
        try {
          atLast.await();
          return;
        } catch (InterruptedException e) {
          continue;
        }
      }
    }
  }

  private static final Duration CALL_TIMEOUT = Duration.ofMillis(150);

  @Test
  void shouldReplaceAWorkerThatHangsAndFailOnlyTheTextThatHangsTwice() throws Exception {
    HangingBackend backend = new HangingBackend("culprit", Integer.MAX_VALUE);
    try (BatchingEncoder encoder =
        new BatchingEncoder(
            backend, settings(ROOMY, 1, CALL_TIMEOUT, true, 0), EncoderObserver.NONE)) {
      List<CompletableFuture<Embedding>> futures =
          encoder.submit(questions("a", "b", "culprit", "c"));
      assertVector(futures.get(0), "a");
      assertVector(futures.get(1), "b");
      assertVector(futures.get(3), "c");
      assertFails(futures.get(2), Reason.INFERENCE_TIMED_OUT);
      assertVector(encoder.submit(EncoderInput.question("after")), "after");
      assertThat(encoder.statistics().timeouts()).isEqualTo(2);
      EncoderState state = encoder.state();
      assertThat(state.healthy()).isTrue();
      assertThat(state.workers()).isEqualTo(1);
      assertThat(state.hungCalls()).isEqualTo(2);
      backend.atLast.countDown(); // the calls come back at last, and disturb nobody
      Awaitility.await().until(() -> encoder.state().hungCalls() == 0);
      assertVector(encoder.submit(EncoderInput.question("still")), "still");
    }
    assertThat(backend.closed).as("no thread is left inside").hasValue(1);
  }

  @Test
  void shouldBeUnhealthyUntilABatchGoesThroughAgain() throws Exception {
    HangingBackend backend = new HangingBackend("once", 1);
    CountDownLatch gate = new CountDownLatch(1);
    FakeBackend slow =
        new FakeBackend() {
          @Override
          List<float[]> run(List<String> texts) {
            if (texts.contains("oe")) { // the probe of the new worker
              awaitUninterruptibly(gate);
            }
            return backend.run(texts);
          }
        };
    try (BatchingEncoder encoder =
        new BatchingEncoder(
            slow, settings(ROOMY, 1, Duration.ofSeconds(2), false, 0), EncoderObserver.NONE)) {
      assertThat(encoder.state().healthy()).isTrue();
      CompletableFuture<Embedding> future = encoder.submit(EncoderInput.question("once"));
      Awaitility.await()
          .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .until(() -> !encoder.state().healthy());
      gate.countDown();
      assertVector(future, "once");
      assertThat(encoder.state().healthy()).isTrue();
    } finally {
      backend.atLast.countDown();
    }
  }

  @Test
  void shouldBeBrokenWhenTheModelHangsOnEverything() {
    HangingBackend backend = new HangingBackend(null, Integer.MAX_VALUE);
    try (BatchingEncoder encoder =
        new BatchingEncoder(
            backend, settings(ROOMY, 1, CALL_TIMEOUT, true, 0), EncoderObserver.NONE)) {
      encoder
          .submit(questions("a", "b", "c"))
          .forEach(future -> assertFails(future, ENCODER_BROKEN));
      assertFails(encoder.submit(EncoderInput.question("later")), ENCODER_BROKEN);
      assertThat(encoder.state().healthy()).isFalse();
    } finally {
      backend.atLast.countDown();
    }
  }

  @Test
  void shouldAnswerATrickleBesideAFlood() throws Exception {
    FakeBackend backend = new FakeBackend();
    backend.release = new CountDownLatch(1);
    try (BatchingEncoder encoder = new BatchingEncoder(backend, new TokenBudget(100, 100, 1))) {
      occupy(backend, encoder);
      List<String> flood =
          IntStream.range(0, 2_000).mapToObj(i -> "flood %04d".formatted(i)).toList();
      encoder.submit("flood", flood.stream().map(EncoderInput::question).toList());
      CompletableFuture<Embedding> trickle = encoder.submit("trickle", questions("drop")).get(0);
      awaitQueued(encoder);
      backend.release.countDown();
      assertVector(trickle, "drop");
      assertThat(backend.attempts.get(1)).as("in the very next batch").contains("drop");
    }
  }
}
