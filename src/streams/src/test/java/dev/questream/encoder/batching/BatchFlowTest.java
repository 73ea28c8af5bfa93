package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.CLOSED;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.batching.WaitingText.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The merging rule under random load and random failure, on one thread. */
@Timeout(60) // interrupts a wait for what is lost, so that the seed is told
class BatchFlowTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int ROUNDS = 100;

  /** What the model does with a text; a batch fares as the worst text in it. */
  private enum Fate {
    WORKS,
    FAILS,
    HANGS
  }

  @Test
  void shouldLoseRepeatAndReorderNothing() {
    for (int round = 0; round < ROUNDS; round++) {
      new Round(new Random(SEED + round), "seed %d, round %d".formatted(SEED, round), false).run();
    }
  }

  @Test
  void shouldAnswerEveryWaiterOfASharedText() {
    for (int round = 0; round < ROUNDS; round++) {
      new Round(new Random(SEED + round), "seed %d, round %d".formatted(SEED, round), true).run();
    }
  }

  @Test
  void shouldSettleEveryFutureWhenClosedAtAnyTime() {
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(SEED + round);
      Round closed = new Round(random, "seed %d, round %d".formatted(SEED, round), false);
      closed.runUntilClosed(random.nextInt(40));
    }
  }

  private static final class Round {
    private final Random random;
    private final String where;
    private final boolean shared;
    private final TokenBudget budget;
    private final BatchFlow flow;
    private final List<Asked> asked = new ArrayList<>();
    private final List<Asked> open = new ArrayList<>();
    private final int windows;
    private final Map<Integer, Fate> fates = new HashMap<>();
    private final Map<String, List<Integer>> firstTries = new HashMap<>();
    private final Set<Integer> encoded = new HashSet<>();

    private record Asked(
        String source, int text, int[] ids, CompletableFuture<Embedding> future, boolean gaveUp) {}

    Round(Random random, String where, boolean shared) {
      this.random = random;
      this.where = where;
      this.shared = shared;
      int min = 1 + random.nextInt(50);
      this.budget = new TokenBudget(min, min + random.nextInt(200), 1 + random.nextInt(4));
      this.windows = 1 + random.nextInt(20);
      BatchingSettings settings =
          new BatchingSettings(
              budget, random.nextInt(3), Duration.ZERO, Duration.ofMillis(1), shared, 0, 0.5);
      this.flow =
          new BatchFlow(settings, new VectorCache(0), new EncoderCounters(), EncoderObserver.NONE);
    }

    void run() {
      submitAndWork(windows, Integer.MAX_VALUE);
      asked.forEach(this::assertAnswered);
      if (!shared) {
        assertOrder();
      }
    }

    void runUntilClosed(int batches) {
      submitAndWork(windows, batches);
      flow.close();
      for (Asked one : asked) {
        if (one.gaveUp() || encoded.contains(one.text())) {
          assertAnswered(one);
        } else {
          assertThat(failureOf(one).reason())
              .as(where)
              .isIn(CLOSED, fates.get(one.text()) == Fate.WORKS ? CLOSED : reason(one));
        }
      }
      assertThat(flow.next(false)).as(where).isNull();
    }

    private void submitAndWork(int windows, int maxBatches) {
      int submitted = 0;
      int batches = 0;
      while (batches < maxBatches && (submitted < windows || anybodyWaits())) {
        if (submitted < windows && (!anybodyWaits() || random.nextBoolean())) {
          submit();
          submitted++;
        } else {
          work(flow.next(random.nextBoolean()));
          batches++;
        }
      }
    }

    private boolean anybodyWaits() {
      open.removeIf(one -> one.future().isDone());
      return !open.isEmpty();
    }

    private void submit() {
      int number = random.nextInt(4);
      String source = "source " + number;
      List<TokenKey> keys = new ArrayList<>();
      List<Waiter> waiters = new ArrayList<>();
      int size = 1 + random.nextInt(12);
      for (int i = 0; i < size; i++) {
        int text = shared ? random.nextInt(40) : asked.size();
        fates.computeIfAbsent(text, this::randomFate);
        int[] ids = new int[1 + (text * 7) % 60];
        ids[0] = text;
        Asked one =
            new Asked(source, text, ids, new CompletableFuture<>(), random.nextInt(20) == 0);
        asked.add(one);
        open.add(one);
        keys.add(new TokenKey(ids));
        waiters.add(new Waiter(one.future(), ids.length, 0));
      }
      flow.enqueue(source, number == 0, keys, waiters); // one of them is urgent
      open.stream().filter(Asked::gaveUp).forEach(one -> one.future().cancel(false));
    }

    private Fate randomFate(int text) {
      return switch (random.nextInt(20)) {
        case 0 -> Fate.FAILS;
        case 1 -> Fate.HANGS;
        default -> Fate.WORKS;
      };
    }

    /** Does to a batch what its texts do to the model. */
    private void work(Batch batch) {
      assertThat(batch).as("%s, nothing is lost", where).isNotNull();
      assertThat(batch.size()).as(where).isPositive();
      assertThat(batch.tokens() <= budget.maxTokens() || batch.size() == 1).as(where).isTrue();
      List<Integer> texts = batch.texts().stream().map(text -> text.ids()[0]).toList();
      assertThat(texts).as(where).doesNotHaveDuplicates();
      if (batch.failures() == 0 && batch.hangs() == 0) {
        texts.forEach(text -> firstTry(text));
      }
      Fate worst = texts.stream().map(fates::get).max(Fate::compareTo).orElseThrow();
      switch (worst) {
        case FAILS -> flow.failed(batch, new IllegalStateException("says the test"), true);
        case HANGS -> flow.hung(batch);
        case WORKS -> {
          if (!shared) {
            texts.forEach(text -> assertThat(encoded.add(text)).as("%s, once", where).isTrue());
          }
          encoded.addAll(texts);
          flow.encoded(batch, batch.ids().stream().map(FakeBackend::vector).toList(), 1);
        }
      }
    }

    /** Halves of a batch that failed come again. */
    private void firstTry(int text) {
      if (!shared) {
        List<Integer> tried =
            firstTries.computeIfAbsent(asked.get(text).source(), source -> new ArrayList<>());
        if (!tried.contains(text)) {
          tried.add(text);
        }
      }
    }

    private void assertOrder() {
      firstTries.forEach((source, tried) -> assertThat(tried).as(where).isSorted());
    }

    private void assertAnswered(Asked one) {
      assertThat(one.future()).as(where).isDone();
      if (one.gaveUp()) {
        assertThat(one.future()).as(where).isCancelled();
      } else if (fates.get(one.text()) == Fate.WORKS) {
        assertThat(one.future().join().vector()).as(where).isEqualTo(FakeBackend.vector(one.ids()));
      } else {
        assertThat(failureOf(one).reason()).as(where).isEqualTo(reason(one));
      }
    }

    private EncoderException.Reason reason(Asked one) {
      return fates.get(one.text()) == Fate.HANGS ? INFERENCE_TIMED_OUT : INFERENCE_FAILED;
    }

    private static EncoderException failureOf(Asked one) {
      assertThat(one.future()).isCompletedExceptionally();
      return (EncoderException) one.future().handle((vector, failure) -> failure).join();
    }
  }
}
