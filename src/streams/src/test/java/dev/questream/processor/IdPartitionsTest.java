package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdPartitionsTest {
  private final IdPartitions partitions = new IdPartitions();

  private boolean moved(String id, int partition) {
    return partitions.moved(id, new SourcePosition("questions", partition, 0, 0));
  }

  @Test
  void shouldNoticeAnIdThatMoves() {
    assertThat(moved("a", 0)).isFalse();
    assertThat(moved("a", 0)).isFalse();
    assertThat(moved("a", 3)).isTrue();
    assertThat(moved("a", 3)).isFalse();
    assertThat(moved("a", 0)).as("and back").isTrue();
  }

  @Test
  void shouldTellTopicsApart() {
    moved("a", 0);
    assertThat(partitions.moved("a", new SourcePosition("others", 1, 0, 0))).isFalse();
  }

  @Test
  void shouldNeverTakeOneIdForAnother() {
    for (int i = 0; i < 1_000_000; i++) {
      assertThat(moved("question-" + i, i % 50)).as("id %d", i).isFalse();
    }
  }

  @Test
  void shouldRememberMostOfManyIds() {
    int ids = 10_000;
    int noticed = 0;
    for (int i = 0; i < ids; i++) {
      moved("question-" + i, 0);
    }
    for (int i = 0; i < ids; i++) {
      noticed += moved("question-" + i, 1) ? 1 : 0;
    }
    assertThat(noticed).isGreaterThan(ids * 8 / 10);
  }
}
