package dev.questream.lab.retrieval.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.lab.retrieval.PassageFiles;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 16-bit formats against NumPy's float16, and bfloat16 against its definition. */
class HalfFloatTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final Path FIXTURES = Path.of("src/test/resources/retrieval/vectors");

  @TempDir Path folder;

  private float[][] rows(String name, int count) {
    try (NpyVectors in =
        new NpyVectors(FIXTURES.resolve(name), PassageFiles.numbered(folder, count))) {
      float[][] rows = new float[count][in.dimensions()];
      for (float[] row : rows) {
        in.read(row, new int[1]);
      }
      return rows;
    }
  }

  @Test
  void shouldReadEveryFiniteHalfAsNumpyDoes() {
    float[] expected = rows("halves.npy", 1)[0];
    int next = 0;
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = HalfFloat.toFloat((short) bits);
      if (Float.isFinite(value)) {
        assertThat(Float.floatToRawIntBits(value))
            .isEqualTo(Float.floatToRawIntBits(expected[next++]));
        assertThat(HalfFloat.toHalf(value)).isEqualTo((short) bits);
      }
    }
    assertThat(next).isEqualTo(expected.length);
    assertThat(HalfFloat.toFloat((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(HalfFloat.toFloat(HalfFloat.toHalf(Float.NaN))).isNaN();
  }

  @Test
  void shouldRoundAsNumpyDoes() {
    float[][] rounded = rows("rounded.npy", 2);
    for (int i = 0; i < rounded[0].length; i++) {
      assertThat(HalfFloat.toFloat(HalfFloat.toHalf(rounded[0][i])))
          .as("%s", rounded[0][i])
          .isEqualTo(rounded[1][i]);
    }
  }

  @Test
  void shouldRoundToTheNearerBrainFloat() {
    Random random = new Random(SEED);
    for (int i = 0; i < 100_000; i++) {
      float value = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10));
      int below = Float.floatToRawIntBits(value) & 0xffff0000;
      float found = Float.intBitsToFloat(HalfFloat.toBrain(value) << 16);
      double error = Math.abs((double) value - found);
      for (int neighbour : new int[] {below, below + 0x10000}) {
        double other = Math.abs((double) value - Float.intBitsToFloat(neighbour));
        assertThat(error).as("seed %d, %s", SEED, value).isLessThanOrEqualTo(other);
      }
    }
    assertThat(Float.intBitsToFloat(HalfFloat.toBrain(Float.NaN) << 16)).isNaN();
    assertThat(Float.intBitsToFloat(HalfFloat.toBrain(1 + 0x1p-8f) << 16)).as("even").isEqualTo(1);
  }
}
