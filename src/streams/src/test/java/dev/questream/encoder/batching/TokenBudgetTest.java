package dev.questream.encoder.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBudgetTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int ROUNDS = 2_000;

  private final Random random = new Random(SEED);

  private TokenBudget randomBudget() {
    int min = 1 + random.nextInt(200);
    return new TokenBudget(min, min + random.nextInt(2_000), 1 + random.nextInt(16));
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
