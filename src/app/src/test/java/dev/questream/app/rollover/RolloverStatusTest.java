package dev.questream.app.rollover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.rollover.Comparison.Sides;
import dev.questream.app.rollover.GroupProgress.Span;
import dev.questream.config.QuestreamConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RolloverStatusTest {

  private static Side side(String name) {
    return new Side(
        new QuestreamConfig(
            Map.of(
                "application.id", name,
                "embeddings.topic", name + "-embeddings",
                "dlq.topic", name + "-dlq")));
  }

  private static Sides<GroupProgress> look(long atMs, long committed) {
    GroupProgress all = new GroupProgress("STABLE", 1, Map.of(0, new Span(0, 1000, 1000)), atMs);
    return new Sides<>(
        all, new GroupProgress("STABLE", 1, Map.of(0, new Span(0, committed, 1000)), atMs));
  }

  /** The new application reads on while the embeddings are compared. */
  @Test
  void shouldNotSayThatAllIsReadBesideWhatIsNotReadYet() {
    Comparison comparison =
        new Comparison(
            1,
            new Sides<>(1000L, 846L),
            1000,
            846,
            0,
            Map.of(Absence.NOT_REACHED, 154),
            Map.of(),
            new Sides<>(Map.of(), Map.of()),
            Drift.of(List.of()));
    RolloverStatus status =
        RolloverStatus.of(
            new Sides<>(side("old"), side("new")),
            look(0, 846),
            look(2_000, 1000),
            comparison,
            0,
            Set.of());
    assertThat(StatusText.of(status))
        .contains(
            "154 not read yet", "846 of 1,000 (84.6%)", "154 of 1,000 questions still to read")
        .contains("77/s read")
        .containsOnlyOnce("(100.0%)");
    assertThat(status.ready()).isFalse();
  }
}
