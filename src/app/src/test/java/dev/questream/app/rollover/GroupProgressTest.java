package dev.questream.app.rollover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.rollover.GroupProgress.Pace;
import dev.questream.app.rollover.GroupProgress.Span;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupProgressTest {

  private static GroupProgress progress(long atMs, Span... spans) {
    Map<Integer, Span> partitions = new HashMap<>();
    for (int i = 0; i < spans.length; i++) {
      partitions.put(i, spans[i]);
    }
    return new GroupProgress("STABLE", 1, partitions, atMs);
  }

  @Test
  void shouldCountWhatIsStillThere() {
    GroupProgress progress = progress(0, new Span(100, 150, 300), new Span(0, 100, 100));
    assertThat(progress.lag()).isEqualTo(150);
    assertThat(progress.read()).isEqualTo(150);
    assertThat(progress.total()).isEqualTo(300);
    assertThat(progress.percent()).isEqualTo(50);
    assertThat(progress(0, new Span(100, 20, 300)).lag())
        .as("what retention took before it was read is not lag")
        .isEqualTo(200);
    assertThat(progress(0, new Span(7, 7, 7)).percent()).isEqualTo(100);
  }

  @Test
  void shouldNotSayAllWhileAQuestionIsLeft() {
    assertThat(StatusText.read(progress(0, new Span(0, 999_999, 1_000_000))))
        .isEqualTo("999,999 of 1,000,000 (99.9%)");
    assertThat(StatusText.read(progress(0, new Span(0, 5, 5)))).isEqualTo("5 of 5 (100.0%)");
  }

  @Test
  void shouldTellThePaceFromTwoLooks() {
    GroupProgress first = progress(10_000, new Span(0, 1_000, 5_000));
    assertThat(progress(12_000, new Span(0, 1_800, 5_200)).since(first))
        .isEqualTo(new Pace(400, 100, 3_400.0 / 300));
    assertThat(progress(12_000, new Span(0, 1_100, 5_200)).since(first).etaSeconds())
        .as("more come than are read")
        .isInfinite();
    assertThat(progress(12_000, new Span(0, 5_000, 5_000)).since(first).etaSeconds()).isZero();
  }

  @Test
  void shouldBeRunningOnlyWithMembers() {
    assertThat(progress(0).running()).isTrue();
    assertThat(new GroupProgress("EMPTY", 0, Map.of(), 0).running()).isFalse();
    assertThat(new GroupProgress("DEAD", 0, Map.of(), 0).running()).isFalse();
  }
}
