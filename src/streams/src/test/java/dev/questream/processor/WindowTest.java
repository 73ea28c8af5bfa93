package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.TokenEstimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The window rule: full by count or tokens, due by age, and no question lost on the way. */
class WindowTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int MAX_TOKENS_PER_TEXT = 64;

  private static InFlight question(long offset) {
    return new InFlight(new SourcePosition("questions", 0, offset, 0), null, null, false);
  }

  private static EmbedSettings.WindowBounds bounds(Random random) {
    return new EmbedSettings.WindowBounds(
        1 + random.nextInt(20), 1 + random.nextInt(400), Duration.ofMillis(random.nextInt(50)));
  }

  @Test
  void shouldBeNeitherFullNorDueWhenEmpty() {
    Window window = new Window(new EmbedSettings.WindowBounds(1, 1, Duration.ZERO), 64);
    assertThat(window.full()).isFalse();
    assertThat(window.due(Long.MAX_VALUE)).isFalse();
    assertThat(window.close()).isEmpty();
  }

  @Test
  void shouldCloseByTheRuleAndLoseNothing() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      EmbedSettings.WindowBounds bounds = bounds(random);
      Window window = new Window(bounds, MAX_TOKENS_PER_TEXT);
      List<InFlight> added = new ArrayList<>();
      List<InFlight> closed = new ArrayList<>();
      int tokens = 0;
      long openedAtMs = 0;
      long nowMs = random.nextInt(1_000);
      for (int step = 0; step < 200; step++) {
        String at = "seed %d, round %d, step %d, %s".formatted(SEED, round, step, bounds);
        nowMs += random.nextInt(10);
        int open = added.size() - closed.size();
        boolean old = open > 0 && nowMs - openedAtMs >= bounds.maxAge().toMillis();
        assertThat(window.due(nowMs)).as(at).isEqualTo(old);
        if (old) {
          closed.addAll(window.close());
          assertThat(closed).as(at).isEqualTo(added);
          tokens = 0;
          open = 0;
        }
        String text = "word ".repeat(random.nextInt(80));
        InFlight question = question(step);
        openedAtMs = open == 0 ? nowMs : openedAtMs;
        window.add(question, text, nowMs);
        added.add(question);
        tokens += TokenEstimate.of(text, MAX_TOKENS_PER_TEXT);
        boolean reached = open + 1 >= bounds.maxQuestions() || tokens >= bounds.maxTokens();
        assertThat(window.full()).as(at).isEqualTo(reached);
        assertThat(window.ageMs(nowMs)).as(at).isEqualTo(nowMs - openedAtMs);
        if (reached) {
          List<InFlight> full = window.close();
          assertThat(full.size()).as(at).isLessThanOrEqualTo(bounds.maxQuestions());
          closed.addAll(full);
          assertThat(closed).as(at).isEqualTo(added);
          tokens = 0;
        }
      }
      closed.addAll(window.close());
      assertThat(closed).as("seed %d, round %d", SEED, round).isEqualTo(added);
    }
  }
}
