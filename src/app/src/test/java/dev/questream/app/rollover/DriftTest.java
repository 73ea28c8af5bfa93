package dev.questream.app.rollover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DriftTest {
  private static final int COUNT = 60;
  private static final long SEED = Long.getLong("questream.seed", 7L);

  private final Random random = new Random(SEED);

  private float[] vector(int dimensions) {
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private List<float[]> vectors(int dimensions) {
    return IntStream.range(0, COUNT).mapToObj(i -> vector(dimensions)).toList();
  }

  private static Drift drift(List<float[]> before, List<float[]> after) {
    List<Drift.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      pairs.add(new Drift.Pair(before.get(i), after.get(i)));
    }
    return Drift.of(pairs);
  }

  @Test
  void shouldSeeNoDriftOfScaledVectors() {
    List<float[]> before = vectors(8);
    List<float[]> after = before.stream().map(v -> scaled(v, 3)).toList();
    Drift drift = drift(before, after);
    assertThat(drift.pairs()).isEqualTo(COUNT);
    assertThat(drift.cosines().orElseThrow().min()).isCloseTo(1, within(1e-6));
    assertThat(drift.overlap().orElseThrow().shares().min()).isEqualTo(1);
  }

  private static float[] scaled(float[] vector, float by) {
    float[] scaled = vector.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= by;
    }
    return scaled;
  }

  @Test
  void shouldFindAllNeighboursAgainWhenAllVectorsAreTurned() {
    List<float[]> before = vectors(2);
    List<float[]> after = before.stream().map(v -> new float[] {-v[1], v[0]}).toList();
    Drift drift = drift(before, after);
    assertThat(drift.cosines().orElseThrow().mean()).isCloseTo(0, within(1e-6));
    assertThat(drift.overlap().orElseThrow().shares().mean()).isEqualTo(1);
  }

  @Test
  void shouldCompareNeighboursOfDifferentDimensions() {
    List<float[]> before = vectors(8);
    List<float[]> after = vectors(5);
    Drift drift = drift(before, after);
    assertThat(drift.cosines()).isEmpty();
    double[] expected = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      Set<Integer> common = nearest(before, i);
      common.retainAll(nearest(after, i));
      expected[i] = common.size() / 10.0;
    }
    assertThat(drift.overlap().orElseThrow().k()).isEqualTo(10);
    assertThat(drift.overlap().orElseThrow().shares())
        .as("seed %d", SEED)
        .isEqualTo(Drift.Distribution.of(expected));
  }

  /** By sorting everything. */
  private static Set<Integer> nearest(List<float[]> vectors, int of) {
    return new HashSet<>(
        IntStream.range(0, vectors.size())
            .filter(i -> i != of)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -cosine(vectors.get(of), vectors.get(i))))
            .limit(10)
            .toList());
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      squareA += a[i] * a[i];
      squareB += b[i] * b[i];
    }
    return product / Math.sqrt(squareA * squareB);
  }

  @Test
  void shouldTakePercentilesByTheNearestRank() {
    double[] values = IntStream.rangeClosed(1, 100).mapToDouble(i -> i).toArray();
    assertThat(Drift.Distribution.of(values)).isEqualTo(new Drift.Distribution(1, 5, 50, 95, 50.5));
    assertThat(drift(List.of(), List.of()).cosines()).isEmpty();
  }
}
