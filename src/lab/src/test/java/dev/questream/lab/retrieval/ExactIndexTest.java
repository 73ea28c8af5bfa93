package dev.questream.lab.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.lab.retrieval.ExactIndex.Hit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactIndexTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  private final Random random = new Random(SEED);

  /** Few distinct values, so that there are many ties. */
  private List<float[]> vectors(int count, int dimensions, int values) {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] vector = new float[dimensions];
      for (int j = 0; j < dimensions; j++) {
        vector[j] = random.nextInt(values) - values / 2;
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private static List<Hit> bruteForce(List<float[]> vectors, float[] query, int k) {
    List<Hit> all = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      float sum = 0;
      for (int j = 0; j < query.length; j++) {
        sum += query[j] * vectors.get(i)[j];
      }
      all.add(new Hit(i, sum));
    }
    all.sort(Comparator.comparing(Hit::score).reversed().thenComparing(Hit::position));
    return all.subList(0, Math.min(k, all.size()));
  }

  @Test
  void shouldFindWhatBruteForceFinds() {
    for (int round = 0; round < 500; round++) {
      int dimensions = 1 + random.nextInt(8);
      List<float[]> vectors = vectors(random.nextInt(60), dimensions, 2 + random.nextInt(100));
      float[] query = vectors(1, dimensions, 7).get(0);
      int k = 1 + random.nextInt(70);
      assertThat(new ExactIndex(vectors).search(query, k))
          .as("seed %d round %d", SEED, round)
          .containsExactlyElementsOf(bruteForce(vectors, query, k));
    }
  }

  @Test
  void shouldPreferTheEarlierOfEqualVectors() {
    ExactIndex index =
        new ExactIndex(
            List.of(
                new float[] {0, 1}, new float[] {1, 0}, new float[] {1, 0}, new float[] {1, 0}));
    assertThat(index.search(new float[] {1, 0}, 2)).containsExactly(new Hit(1, 1), new Hit(2, 1));
  }

  @Test
  void shouldGiveAllWhenMoreAreAskedFor() {
    ExactIndex index = new ExactIndex(List.of(new float[] {-1}, new float[] {2}));
    assertThat(index.search(new float[] {3}, 10)).containsExactly(new Hit(1, 6), new Hit(0, -3));
    assertThat(index.search(new float[] {3}, 0)).isEmpty();
    assertThat(new ExactIndex(List.of()).search(new float[] {3}, 10)).isEmpty();
  }

  @Test
  void shouldRefuseAQueryOfOtherDimensions() {
    ExactIndex index = new ExactIndex(List.of(new float[] {1, 2}));
    assertThatThrownBy(() -> index.search(new float[] {1, 2, 3}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3")
        .hasMessageContaining("2");
  }
}
