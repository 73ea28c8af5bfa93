package dev.questream.app.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is kept of the past. */
class HistoryTest {
  private final History history = new History(3);

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      history.add(new Sample(history.from(0).next(), 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }
  }

  private long[] at(long from) {
    return history.from(from).samples().stream().mapToLong(Sample::atMs).toArray();
  }

  @Test
  void shouldGiveWhatIsNew() {
    add(2);
    assertThat(at(0)).containsExactly(0, 1);
    assertThat(at(1)).containsExactly(1);
    assertThat(at(2)).isEmpty();
    assertThat(history.from(2).next()).isEqualTo(2);
  }

  @Test
  void shouldKeepSoManyAndNoMore() {
    add(10);
    assertThat(at(0)).containsExactly(7, 8, 9);
    assertThat(at(9)).containsExactly(9);
    assertThat(at(11)).as("a number of an earlier start").containsExactly(7, 8, 9);
  }
}
