package dev.questream.encoder.batching;

import static dev.questream.encoder.batching.EncoderFixture.PATIENCE_SECONDS;
import static dev.questream.encoder.batching.EncoderFixture.ROOMY;
import static dev.questream.encoder.batching.EncoderFixture.assertVector;
import static dev.questream.encoder.batching.EncoderFixture.awaitQueued;
import static dev.questream.encoder.batching.EncoderFixture.get;
import static dev.questream.encoder.batching.EncoderFixture.occupy;
import static dev.questream.encoder.batching.EncoderFixture.questions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which texts share a batch, and who runs it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchMergingTest {
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
}
