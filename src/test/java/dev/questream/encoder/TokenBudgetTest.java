package dev.questream.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBudgetTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int ROUNDS = 2_000;

  /** A text in the queue: its place in the order of arrival and its tokens. */
  private record Text(int number, int tokens) {}

  private final Random random = new Random(SEED);

  private TokenBudget randomBudget() {
    int min = 1 + random.nextInt(200);
    return new TokenBudget(min, min + random.nextInt(2_000), 1 + random.nextInt(16));
  }

  private List<Text> randomTexts() {
    int longest = 1 + random.nextInt(512);
    List<Text> texts = new ArrayList<>();
    int count = random.nextInt(300);
    for (int i = 0; i < count; i++) {
      texts.add(new Text(i, 1 + random.nextInt(longest)));
    }
    return texts;
  }

  private static long tokens(Iterable<Text> texts) {
    long sum = 0;
    for (Text text : texts) {
      sum += text.tokens();
    }
    return sum;
  }

  @Test
  void shouldTakeEveryTextOnceInOrderOfArrival() {
    for (int round = 0; round < ROUNDS; round++) {
      TokenBudget budget = randomBudget();
      List<Text> texts = randomTexts();
      ArrayDeque<Text> arriving = new ArrayDeque<>(texts);
      ArrayDeque<Text> waiting = new ArrayDeque<>();
      List<Text> taken = new ArrayList<>();
      while (!arriving.isEmpty() || !waiting.isEmpty()) {
        for (int i = random.nextInt(40); i > 0 && !arriving.isEmpty(); i--) {
          waiting.addLast(arriving.removeFirst());
        }
        boolean empty = waiting.isEmpty();
        List<Text> batch = budget.take(waiting, tokens(waiting), Text::tokens);
        assertThat(batch.isEmpty())
            .as("seed %d, round %d: an empty batch only of an empty queue", SEED, round)
            .isEqualTo(empty);
        taken.addAll(batch);
      }
      assertThat(taken).as("seed %d, round %d, %s", SEED, round, budget).isEqualTo(texts);
    }
  }

  @Test
  void shouldKeepTheBudgetUnlessOneTextAloneExceedsIt() {
    for (int round = 0; round < ROUNDS; round++) {
      TokenBudget budget = randomBudget();
      ArrayDeque<Text> waiting = new ArrayDeque<>(randomTexts());
      while (!waiting.isEmpty()) {
        long before = tokens(waiting);
        long allowed = budget.next(before);
        List<Text> batch = budget.take(waiting, before, Text::tokens);
        long took = tokens(batch);
        assertThat(took <= allowed || batch.size() == 1)
            .as("seed %d, round %d, %s: %d of %d", SEED, round, budget, took, allowed)
            .isTrue();
        assertThat(waiting.isEmpty() || took + waiting.peekFirst().tokens() > allowed)
            .as("seed %d, round %d, %s: the next text did not fit", SEED, round, budget)
            .isTrue();
      }
    }
  }

  @Test
  void shouldBoundTheBudgetByItsMinimumAndMaximum() {
    for (int round = 0; round < ROUNDS; round++) {
      TokenBudget budget = randomBudget();
      long waiting = random.nextInt(100_000);
      long next = budget.next(waiting);
      assertThat(next)
          .as("seed %d, round %d, %s, %d waiting", SEED, round, budget, waiting)
          .isBetween((long) budget.minTokens(), (long) budget.maxTokens());
      if (next > budget.minTokens() && next < budget.maxTokens()) {
        assertThat(next * budget.workers())
            .as("seed %d, round %d, %s: an even share", SEED, round, budget)
            .isBetween(waiting, waiting + budget.workers() - 1);
      }
    }
  }

  @Test
  void shouldSpreadAShortQueueOverAllWorkers() {
    for (int round = 0; round < ROUNDS; round++) {
      int each = 1 + random.nextInt(100);
      int workers = 1 + random.nextInt(16);
      int texts = workers + random.nextInt(50);
      TokenBudget budget = new TokenBudget(1 + random.nextInt(each), 1 << 20, workers);
      ArrayDeque<Integer> waiting = new ArrayDeque<>(Collections.nCopies(texts, each));
      for (int worker = 0; worker < workers; worker++) {
        assertThat(budget.take(waiting, (long) waiting.size() * each, t -> t))
            .as(
                "seed %d, round %d, %s, %d x %d: worker %d",
                SEED, round, budget, texts, each, worker)
            .isNotEmpty();
      }
    }
  }

  @Test
  void shouldNotSplitAQueueUnderTheMinimum() {
    TokenBudget budget = new TokenBudget(100, 1_000, 8);
    ArrayDeque<Integer> waiting = new ArrayDeque<>(List.of(20, 30, 50));
    assertThat(budget.take(waiting, 100, t -> t)).containsExactly(20, 30, 50);
    assertThat(waiting).isEmpty();
  }

  @Test
  void shouldTakeATextThatAloneExceedsTheMaximum() {
    TokenBudget budget = new TokenBudget(10, 20, 2);
    ArrayDeque<Integer> waiting = new ArrayDeque<>(List.of(500, 1));
    assertThat(budget.take(waiting, 501, t -> t)).containsExactly(500);
    assertThat(budget.take(waiting, 1, t -> t)).containsExactly(1);
  }

  @Test
  void shouldCountMoreWaitingTokensThanAnIntHolds() {
    assertThat(new TokenBudget(1, Integer.MAX_VALUE, 2).next(1L << 40))
        .isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"0,1,1", "2,1,1", "1,1,0", "-1,-1,1"})
  void shouldRefuseBoundsThatMakeNoSense(int min, int max, int workers) {
    assertThatThrownBy(() -> new TokenBudget(min, max, workers))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("%d, %d, %d".formatted(min, max, workers));
  }
}
