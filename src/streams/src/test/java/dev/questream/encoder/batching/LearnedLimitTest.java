package dev.questream.encoder.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LearnedLimitTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  @Test
  void shouldHalveBelowTheBatchThatDidNotFitAndRecoverToTheMaximum() {
    Random random = new Random(SEED);
    for (int round = 0; round < 20; round++) {
      String where = "seed %d, round %d".formatted(SEED, round);
      int max = 1 + random.nextInt(40_000);
      LearnedLimit limit = new LearnedLimit(max);
      assertThat(limit.tokens()).as(where).isEqualTo(max);
      for (int step = 0; step < 30; step++) {
        int before = limit.tokens();
        int batch = 1 + random.nextInt(2 * before);
        limit.exceeded(batch);
        assertThat(limit.tokens())
            .as(where)
            .isEqualTo(Math.max(Math.min(16, max), Math.min(before, batch) / 2));
        for (int i = random.nextInt(LearnedLimit.RECOVERY_BATCHES); i > 0; i--) {
          limit.fitted();
        }
        assertThat(limit.tokens()).as("%s, no larger yet", where).isLessThanOrEqualTo(before);
      }
      while (limit.tokens() < max) {
        int before = limit.tokens();
        for (int i = 0; i < LearnedLimit.RECOVERY_BATCHES; i++) {
          limit.fitted();
        }
        assertThat(limit.tokens()).as(where).isBetween(before + 1, 2 * before);
      }
      assertThat(limit.tokens()).as(where).isEqualTo(max);
    }
  }
}
