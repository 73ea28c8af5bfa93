package dev.questream.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BackOffTest {
  private final BackOff backOff = new BackOff();
  private long nowMs = 5_000_000;

  private void assertWait(long expectedMs) {
    assertThat(backOff.next(nowMs)).isBetween(expectedMs * 4 / 5, expectedMs * 6 / 5);
  }

  @Test
  void shouldDoubleUpToAMinute() {
    for (long expected : new long[] {1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000}) {
      assertWait(expected);
      nowMs += 1_000;
    }
    assertThat(backOff.inARow()).isEqualTo(8);
    for (int i = 0; i < 2_000; i++) {
      assertWait(60_000);
    }
  }

  @Test
  void shouldBeginAnewAfterTenGoodMinutes() {
    assertWait(1_000);
    nowMs += BackOff.FORGIVEN_MS;
    assertWait(2_000);
    nowMs += BackOff.FORGIVEN_MS + 1;
    assertWait(1_000);
    assertThat(backOff.inARow()).isEqualTo(1);
  }
}
