package dev.questream.lab.retrieval.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.io.DataException;
import dev.questream.engine.TorchInnerProducts;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search on libtorch against sorting all scores. */
class ExactSearchTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int DIMENSIONS = 24;

  /** Passages in memory, handed out in given order. */
  private record Memory(float[][] rows, int dimensions, int[] next) implements VectorReader {
    Memory(float[][] rows) {
      this(rows, rows[0].length, new int[1]);
    }

    @Override
    public int read(float[] vectors, int[] positions) {
      int count = 0;
      while (count < positions.length && next[0] < rows.length) {
        System.arraycopy(rows[next[0]], 0, vectors, count * dimensions, dimensions);
        positions[count++] = next[0]++;
      }
      return count;
    }

    @Override
    public void close() {}
  }

  /** Small whole numbers: their products are exact in any order, and many scores are equal. */
  private static float[][] matrix(Random random, int rows) {
    float[][] matrix = new float[rows][DIMENSIONS];
    for (float[] row : matrix) {
      for (int i = 0; i < DIMENSIONS; i++) {
        row[i] = random.nextInt(3) - 1;
      }
    }
    return matrix;
  }

  private static float[] flat(float[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * rows[i].length, rows[i].length);
    }
    return flat;
  }

  private static float product(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static List<Integer> sorted(float[] question, float[][] passages, int k) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < passages.length; i++) {
      if (!Float.isNaN(passages[i][0])) {
        positions.add(i);
      }
    }
    positions.sort(
        Comparator.comparingDouble((Integer i) -> -product(question, passages[i]))
            .thenComparing(i -> i));
    return positions.subList(0, Math.min(k, positions.size()));
  }

  private static List<Ranking> search(SearchPlan plan, float[][] questions, float[][] passages) {
    return ExactSearch.run(
        plan,
        flat(questions),
        questions[0].length,
        new Memory(passages),
        TorchInnerProducts::new,
        count -> {});
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldFindWhatSortingFindsWithTiesInPassageOrder(int workers) {
    Random random = new Random(SEED);
    for (int round = 0; round < 12; round++) {
      float[][] questions = matrix(random, 1 + random.nextInt(20));
      float[][] passages = matrix(random, 1 + random.nextInt(700));
      passages[random.nextInt(passages.length)][0] = Float.NaN; // one without a vector
      int k = 1 + random.nextInt(passages.length + 3);
      SearchPlan plan = new SearchPlan(k, workers, 64, 1 + random.nextInt(8), 0);
      List<Ranking> rankings = search(plan, questions, passages);
      for (int q = 0; q < questions.length; q++) {
        List<Integer> expected = sorted(questions[q], passages, k);
        assertThat(rankings.get(q).positions())
            .as("seed %d, round %d, question %d", SEED, round, q)
            .containsExactly(expected.stream().mapToInt(i -> i).toArray());
        for (int rank = 0; rank < expected.size(); rank++) {
          assertThat(rankings.get(q).scores()[rank])
              .isEqualTo(product(questions[q], passages[expected.get(rank)]));
        }
      }
    }
  }

  @Test
  void shouldScoreEqualVectorsEquallyWhereverTheyStand() {
    Random random = new Random(SEED);
    float[] same = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      same[i] = (float) random.nextGaussian();
    }
    float[][] passages = new float[333][];
    java.util.Arrays.fill(passages, same);
    float[][] questions = new float[5][DIMENSIONS];
    for (float[] question : questions) {
      for (int i = 0; i < DIMENSIONS; i++) {
        question[i] = (float) random.nextGaussian();
      }
    }
    for (Ranking ranking : search(new SearchPlan(20, 2, 64, 2, 0), questions, passages)) {
      assertThat(ranking.positions())
          .as("seed %d", SEED)
          .containsExactly(java.util.stream.IntStream.range(0, 20).toArray());
      assertThat(ranking.scores()).containsOnly(ranking.scores()[0]);
    }
  }

  @Test
  void shouldFindNothingForAQuestionWithoutAVector() {
    float[][] questions = matrix(new Random(SEED), 3);
    java.util.Arrays.fill(questions[1], Float.NaN);
    List<Ranking> rankings =
        search(new SearchPlan(4, 2, 64, 3, 0), questions, matrix(new Random(1), 50));
    assertThat(rankings).extracting(Ranking::size).containsExactly(4, 0, 4);
  }

  @Test
  void shouldRefusePassagesOfOtherDimensions() {
    assertThatThrownBy(
            () ->
                ExactSearch.run(
                    new SearchPlan(1, 1, 64, 1, 0),
                    new float[8],
                    8,
                    new Memory(new float[2][DIMENSIONS]),
                    TorchInnerProducts::new,
                    count -> {}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("24 dimensions and the question vectors 8");
  }

  @Test
  void shouldEndWithTheReadersFailureAndCountWhatWasSearched() {
    AtomicLong searched = new AtomicLong();
    float[][] passages = matrix(new Random(SEED), 640);
    VectorReader failing =
        new VectorReader() {
          private final Memory memory = new Memory(passages);

          @Override
          public int dimensions() {
            return DIMENSIONS;
          }

          @Override
          public int read(float[] vectors, int[] positions) {
            if (memory.next()[0] >= 320) {
              throw new DataException("cut");
            }
            return memory.read(vectors, positions);
          }

          @Override
          public void close() {}
        };
    assertThatThrownBy(
            () ->
                ExactSearch.run(
                    new SearchPlan(1, 2, 64, 1, 0),
                    flat(matrix(new Random(2), 3)),
                    DIMENSIONS,
                    failing,
                    TorchInnerProducts::new,
                    searched::set))
        .isInstanceOf(DataException.class)
        .hasMessage("cut");
    assertThat(searched.get()).isLessThanOrEqualTo(320);
  }

  @Test
  void shouldPlanWithinTheMemoryWhateverItIs() {
    for (long memory = 300L << 20; memory < 8L << 30; memory *= 2) {
      SearchPlan plan = SearchPlan.of(memory, 11_313, 768, 100, 2);
      assertThat(plan.bytes()).isLessThanOrEqualTo(memory);
      assertThat(plan.blockPassages()).isBetween(64, 4096);
    }
    assertThat(SearchPlan.of(8L << 30, 11_313, 768, 100, 2).blockPassages()).isEqualTo(4096);
    assertThatThrownBy(() -> SearchPlan.of(10 << 20, 11_313, 768, 100, 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("raise --search-memory");
  }
}
