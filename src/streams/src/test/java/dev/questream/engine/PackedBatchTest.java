package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PackedBatchTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int ROUNDS = 1_000;

  private final Random random = new Random(SEED);

  private List<int[]> randomTexts() {
    int longest = 1 + random.nextInt(20);
    List<int[]> texts = new ArrayList<>();
    for (int i = 1 + random.nextInt(40); i > 0; i--) {
      texts.add(random.ints(1 + random.nextInt(longest), 0, 30_000).toArray());
    }
    return texts;
  }

  @Test
  void shouldLayTextsOfOneLengthBesideEachOther() {
    PackedBatch batch =
        PackedBatch.of(
            List.of(new int[] {1, 2, 3}, new int[] {4}, new int[] {5, 6, 7}, new int[] {8, 9}));
    assertThat(batch.ids()).startsWith(4, 8, 9, 1, 2, 3, 5, 6, 7).hasSize(12);
    assertThat(batch.positions()).startsWith(0, 0, 1, 0, 1, 2, 0, 1, 2).hasSize(12);
    assertThat(batch.groups()).containsExactly(1, 1, 2, 1, 3, 2);
    assertThat(batch.order()).containsExactly(1, 3, 0, 2);
    assertThat(batch.size()).isEqualTo(4);
    assertThat(batch.unpack(new float[] {10, 11, 30, 31, 0, 1, 20, 21}, 2))
        .containsExactly(
            new float[] {0, 1}, new float[] {10, 11}, new float[] {20, 21}, new float[] {30, 31});
  }

  @Test
  void shouldHoldNoTextsPaddingAndFewRowsMoreThanTokens() {
    for (int round = 0; round < ROUNDS; round++) {
      List<int[]> texts = randomTexts();
      PackedBatch batch = PackedBatch.of(texts);
      int tokens = texts.stream().mapToInt(text -> text.length).sum();
      assertThat(batch.ids())
          .as("seed %d, round %d", SEED, round)
          .hasSize(PackedBatch.rows(tokens));
      assertThat(batch.positions())
          .as("seed %d, round %d", SEED, round)
          .hasSize(PackedBatch.rows(tokens));
      assertThat(batch.size()).as("seed %d, round %d", SEED, round).isEqualTo(texts.size());
    }
  }

  @Test
  void shouldCoverEveryTextByOneGroupPerLength() {
    for (int round = 0; round < ROUNDS; round++) {
      List<int[]> texts = randomTexts();
      PackedBatch batch = PackedBatch.of(texts);
      int row = 0;
      int token = 0;
      long before = 0;
      for (int group = 0; group < batch.groups().length; group += 2) {
        long length = batch.groups()[group];
        assertThat(length).as("seed %d, round %d: lengths rise", SEED, round).isGreaterThan(before);
        before = length;
        for (long text = 0; text < batch.groups()[group + 1]; text++) {
          int[] packed =
              Arrays.stream(batch.ids(), token, token + (int) length)
                  .mapToInt(id -> (int) id)
                  .toArray();
          assertThat(packed)
              .as("seed %d, round %d, row %d", SEED, round, row)
              .isEqualTo(texts.get(batch.order()[row]));
          for (int i = 0; i < length; i++) {
            assertThat(batch.positions()[token + i])
                .as("seed %d, round %d, row %d", SEED, round, row)
                .isEqualTo(i);
          }
          token += (int) length;
          row++;
        }
      }
      assertThat(row).as("seed %d, round %d", SEED, round).isEqualTo(texts.size());
      assertThat(PackedBatch.rows(token))
          .as("seed %d, round %d", SEED, round)
          .isEqualTo(batch.ids().length);
      assertThat(Arrays.stream(batch.order()).sorted().toArray())
          .as("seed %d, round %d: every text once", SEED, round)
          .isEqualTo(java.util.stream.IntStream.range(0, texts.size()).toArray());
    }
  }

  @Test
  void shouldUnpackInTheOrderOfTheBatch() {
    for (int round = 0; round < ROUNDS; round++) {
      List<int[]> texts = randomTexts();
      PackedBatch batch = PackedBatch.of(texts);
      int dimensions = 1 + random.nextInt(5);
      float[] flat = new float[texts.size() * dimensions];
      for (int row = 0; row < texts.size(); row++) {
        for (int i = 0; i < dimensions; i++) {
          flat[row * dimensions + i] = batch.order()[row] * 10 + i;
        }
      }
      List<float[]> vectors = batch.unpack(flat, dimensions);
      assertThat(vectors).as("seed %d, round %d", SEED, round).hasSize(texts.size());
      for (int text = 0; text < texts.size(); text++) {
        float[] expected = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
          expected[i] = text * 10 + i;
        }
        assertThat(vectors.get(text))
            .as("seed %d, round %d, text %d", SEED, round, text)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void shouldRefuseAResultOfAnotherSize() {
    PackedBatch batch = PackedBatch.of(List.of(new int[] {1}, new int[] {2}));
    assertThatThrownBy(() -> batch.unpack(new float[7], 4))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model returned 7 floats for 2 texts of 4 dimensions");
  }

  @Test
  void shouldPackAnEmptyBatch() {
    PackedBatch batch = PackedBatch.of(List.of());
    assertThat(batch.ids()).isEmpty();
    assertThat(batch.groups()).isEmpty();
    assertThat(batch.unpack(new float[0], 4)).isEmpty();
  }

  @Test
  void shouldHaveFewDifferentNumbersOfRows() {
    Set<Integer> rows = new HashSet<>();
    for (int tokens = 1; tokens <= 4096; tokens++) {
      int padded = PackedBatch.rows(tokens);
      assertThat(padded).isBetween(tokens, tokens + (tokens <= 256 ? 15 : 63));
      rows.add(padded);
    }
    assertThat(rows).hasSizeLessThan(110);
  }
}
