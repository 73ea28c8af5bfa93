package dev.questream.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The numbers of each type; that they are the reference library's shows VectorShapeTest. */
class VectorTypeTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  private final Random random = new Random(SEED);

  private float[] vector(int dimensions) {
    float[] vector = new float[dimensions];
    double square = 0;
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) random.nextGaussian();
      square += vector[i] * vector[i];
    }
    for (int i = 0; i < dimensions; i++) {
      vector[i] /= (float) Math.sqrt(square);
    }
    return vector;
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Test
  void shouldKeepScoresOfInt8NearThoseOfFloat32() {
    for (int round = 0; round < 100; round++) {
      float[] a = vector(384);
      float[] b = vector(384);
      double score = product(VectorType.INT8.from(a), VectorType.INT8.from(b)) / (127 * 127);
      assertThat(score).as("seed %d", SEED).isCloseTo(product(a, b), Offset.offset(0.02));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BINARY", "UBINARY"})
  void shouldScoreBitsAsHammingDistanceDoes(VectorType type) {
    for (int dimensions : new int[] {1, 7, 8, 9, 100, 384}) {
      float[] a = type.from(vector(dimensions));
      float[] b = type.from(vector(dimensions));
      int hamming = 0;
      byte[] bytesOfA = type.toBytes(a);
      byte[] bytesOfB = type.toBytes(b);
      for (int i = 0; i < bytesOfA.length; i++) {
        hamming += Integer.bitCount((bytesOfA[i] ^ bytesOfB[i]) & 0xff);
      }
      assertThat(product(type.coordinates(a, dimensions), type.coordinates(b, dimensions)))
          .as("%d dimensions, seed %d", dimensions, SEED)
          .isEqualTo(dimensions - 2 * hamming);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldHaveAsManyBytesAsItSays(VectorType type) {
    for (int dimensions : new int[] {1, 8, 13, 384}) {
      float[] elements = type.from(vector(dimensions));
      assertThat(elements).hasSize(type.elements(dimensions));
      assertThat(type.toBytes(elements)).hasSize(type.bytes(dimensions));
      assertThat(type.coordinates(elements, dimensions)).hasSize(dimensions);
    }
    assertThat(VectorType.of(type.label())).isEqualTo(type);
  }

  @Test
  void shouldPackTheFirstDimensionIntoTheHighestBit() {
    float[] vector = {1, -1, 0, 0.1f, 0, 0, 0, 1, 1, 1};
    assertThat(VectorType.UBINARY.from(vector)).containsExactly(0b10010001, 0b11000000);
    assertThat(VectorType.BINARY.from(vector)).containsExactly(0b10010001 - 128, 0b11000000 - 128);
    assertThat(VectorType.UBINARY.toBytes(VectorType.UBINARY.from(vector)))
        .containsExactly(0x91, 0xC0);
    assertThat(VectorType.UBINARY.toJson(VectorType.UBINARY.from(vector)))
        .isEqualTo(new int[] {0x91, 0xC0});
  }
}
