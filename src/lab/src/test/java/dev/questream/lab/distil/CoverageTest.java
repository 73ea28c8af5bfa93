package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CoverageTest {
  private static final float UNKNOWN = Float.NaN;

  @Test
  void shouldCountQuestionsWhoseScoresTellNothing() {
    List<float[]> scores =
        List.of(
            new float[] {1, UNKNOWN, 2},
            new float[] {UNKNOWN, 2, 2},
            new float[] {UNKNOWN, UNKNOWN, 2},
            new float[] {UNKNOWN},
            new float[] {});
    assertThat(Coverage.of(scores)).isEqualTo(new Coverage(10, 5, 5, 4));
    assertThat(scores).filteredOn(Coverage::teaches).containsExactly(scores.get(0));
  }
}
