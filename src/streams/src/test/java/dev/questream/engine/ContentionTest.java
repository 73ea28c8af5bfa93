package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContentionTest {
  private static final long MS = 1_000_000;
  private static final long START = justBeforeTheEnd();

  private final Contention contention = new Contention();

  @Test
  void shouldLetHelpersWorkWhileTheCallerHasItsCore() {
    assertThat(contention.expected(START)).isFalse();
    contention.called(40 * MS, 36 * MS, START);
    assertThat(contention.expected(START)).isFalse();
  }

  @Test
  void shouldLetHelpersRestTwiceAsLongEachTimeThatTheCallerLosesItsCore() {
    long now = START;
    List<Long> rests = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      contention.called(200 * MS, 100 * MS, now);
      long rest = 0;
      while (contention.expected(now + rest)) {
        rest += 100 * MS;
      }
      rests.add(rest / MS);
      now += rest;
    }
    assertThat(rests)
        .containsExactly(100L, 200L, 400L, 800L, 1_600L, 3_200L, 6_400L, 10_000L, 10_000L);
  }

  @Test
  void shouldForgetTheOtherProgramOnceItIsGone() {
    contention.called(200 * MS, 100 * MS, START);
    contention.called(200 * MS, 100 * MS, START);
    contention.called(40 * MS, 40 * MS, START);
    assertThat(contention.expected(START)).isFalse();
    contention.called(200 * MS, 100 * MS, START);
    assertThat(contention.expected(START + 99 * MS)).isTrue();
    assertThat(contention.expected(START + 100 * MS)).isFalse();
  }

  /** System.nanoTime may pass the end of its numbers. */
  private static long justBeforeTheEnd() {
    return Long.MAX_VALUE - 50 * MS;
  }
}
