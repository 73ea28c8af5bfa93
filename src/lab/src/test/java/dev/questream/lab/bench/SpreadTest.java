package dev.questream.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void shouldTakeTheMiddleOfAnOddNumberOfRounds() {
    Spread spread = Spread.of(9, 1, 5);
    assertThat(spread.median()).isEqualTo(5);
    assertThat(spread.min()).isEqualTo(1);
    assertThat(spread.max()).isEqualTo(9);
    assertThat(spread.rounds()).as("in the order of measuring").containsExactly(9.0, 1.0, 5.0);
  }

  @Test
  void shouldTakeTheMeanOfTheTwoInTheMiddleOfAnEvenNumber() {
    assertThat(Spread.of(4, 1, 2, 100).median()).isEqualTo(3);
  }

  @Test
  void shouldScaleEveryRound() {
    Spread scaled = Spread.of(1, 2, 4).times(10);
    assertThat(scaled.median()).isEqualTo(20);
    assertThat(scaled.rounds()).containsExactly(10.0, 20.0, 40.0);
    assertThat(scaled.relativeWidth()).isCloseTo(1.5, within(1e-12));
  }

  @Test
  void shouldShowMedianLeastAndGreatest() {
    assertThat(Spread.of(1000, 2000, 3000).shown("%,.0f"))
        .isEqualTo("2,000  (min 1,000, max 3,000)");
  }

  @Test
  void shouldRefuseNoRounds() {
    assertThatThrownBy(Spread::of)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one round");
  }
}
