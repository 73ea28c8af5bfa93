package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.ENCODER_BROKEN;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_TIMED_OUT;
import static dev.questream.encoder.batching.EncoderFixture.PATIENCE_SECONDS;
import static dev.questream.encoder.batching.EncoderFixture.ROOMY;
import static dev.questream.encoder.batching.EncoderFixture.assertFails;
import static dev.questream.encoder.batching.EncoderFixture.assertVector;
import static dev.questream.encoder.batching.EncoderFixture.questions;
import static dev.questream.encoder.batching.EncoderFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call that hangs loses its worker, not its texts. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HungCallTest {
  private static final Duration CALL_TIMEOUT = Duration.ofMillis(150);

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
      assertFails(futures.get(2), INFERENCE_TIMED_OUT);
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
}
