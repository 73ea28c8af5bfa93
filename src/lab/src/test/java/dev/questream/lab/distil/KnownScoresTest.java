package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KnownScoresTest {

  @Test
  void shouldKnowTheLastScoreOfEach() {
    KnownScores known = new KnownScores();
    Map<String, Float> expected = new HashMap<>();
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      String id = Integer.toString(random.nextInt(100));
      float score = random.nextFloat();
      assertThat(known.put(id, score)).isEqualTo(expected.put(id, score) == null);
    }
    assertThat(known.size()).isEqualTo(expected.size());
    assertThat(known.ids()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    expected.forEach((id, score) -> assertThat(known.of(id)).isEqualTo(score));
    assertThat(known.of("100")).isNaN();
  }
}
