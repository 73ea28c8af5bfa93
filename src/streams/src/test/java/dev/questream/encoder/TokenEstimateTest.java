package dev.questream.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenEstimateTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  @Test
  void shouldCountTheSpecialTokensOfAnEmptyText() {
    assertThat(TokenEstimate.of("", 512)).isEqualTo(2);
  }

  @Test
  void shouldCountATokenPerFourAsciiCharacters() {
    assertThat(TokenEstimate.of("a", 512)).isEqualTo(3);
    assertThat(TokenEstimate.of("abcd", 512)).isEqualTo(3);
    assertThat(TokenEstimate.of("abcde", 512)).isEqualTo(4);
  }

  @Test
  void shouldCountATokenPerOtherCharacter() {
    assertThat(TokenEstimate.of("日本で", 512)).isEqualTo(5);
    assertThat(TokenEstimate.of("café", 512)).isEqualTo(4);
    assertThat(TokenEstimate.of("\u007f\u0080", 512)).isEqualTo(4);
  }

  @Test
  void shouldNotExceedWhatTheModelTakes() {
    assertThat(TokenEstimate.of("x".repeat(100_000), 512)).isEqualTo(512);
    assertThat(TokenEstimate.of("日".repeat(510), 512)).isEqualTo(512);
    assertThat(TokenEstimate.of("日".repeat(509), 512)).isEqualTo(511);
  }

  @Test
  void shouldNeverShrinkWhenATextGrows() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      StringBuilder text = new StringBuilder();
      int before = TokenEstimate.of("", 100);
      for (int i = 0; i < 150; i++) {
        text.append((char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(0x10000)));
        int after = TokenEstimate.of(text.toString(), 100);
        assertThat(after)
            .as("seed %d, round %d, length %d", SEED, round, text.length())
            .isBetween(before, Math.min(100, before + 1));
        before = after;
      }
    }
  }
}
