package dev.questream.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.weights.ElementType;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rounding against a reference that knows only what the formats' bits mean: it looks for the
 * nearest of all values of a format, in exact decimal arithmetic.
 */
class TensorEncodingTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  /** A half-width float format, by the meaning of its fields. */
  private enum Format {
    FP16(10, 15) {
      @Override
      short encode(float value) {
        return TensorEncoding.toFloat16(value);
      }
    },
    BF16(7, 127) {
      @Override
      short encode(float value) {
        return TensorEncoding.toBfloat16(value);
      }
    };

    private final int fractionBits;
    private final int bias;
    private final double[] values;

    Format(int fractionBits, int bias) {
      this.fractionBits = fractionBits;
      this.bias = bias;
      this.values = new double[infinity() + 1];
      for (int bits = 0; bits < infinity(); bits++) {
        values[bits] = finite(bits);
      }
      // Where the next value would be if exponents went on: what rounds to it is infinite.
      values[infinity()] = 2 * finite(infinity() - (1 << fractionBits));
    }

    abstract short encode(float value);

    /** The bits of positive infinity, one above those of the largest finite value. */
    final int infinity() {
      return 0x7fff >> fractionBits << fractionBits;
    }

    private double finite(int bits) {
      int exponent = bits >> fractionBits;
      double fraction = (bits & ((1 << fractionBits) - 1)) * Math.pow(2, -fractionBits);
      return exponent == 0
          ? fraction * Math.pow(2, 1 - bias)
          : (1 + fraction) * Math.pow(2, exponent - bias);
    }

    /** What a pattern means. */
    double value(int bits) {
      int magnitude = bits & 0x7fff;
      double absolute;
      if (magnitude > infinity()) {
        absolute = Double.NaN;
      } else if (magnitude == infinity()) {
        absolute = Double.POSITIVE_INFINITY;
      } else {
        absolute = values[magnitude];
      }
      return (bits & 0x8000) == 0 ? absolute : -absolute;
    }

    /** The nearest pattern, ties to the even one. */
    int nearest(float value) {
      int sign = Float.floatToRawIntBits(value) < 0 ? 0x8000 : 0;
      double magnitude = Math.abs((double) value);
      if (magnitude >= values[infinity()]) {
        return sign | infinity();
      }
      int low = 0;
      int high = infinity();
      while (high - low > 1) {
        int middle = (low + high) / 2;
        if (values[middle] <= magnitude) {
          low = middle;
        } else {
          high = middle;
        }
      }
      BigDecimal exact = new BigDecimal(magnitude);
      int nearer =
          exact
              .subtract(new BigDecimal(values[low]))
              .compareTo(new BigDecimal(values[high]).subtract(exact));
      boolean down = nearer < 0 || (nearer == 0 && low % 2 == 0);
      return sign | (down ? low : high);
    }
  }

  private static void assertRounded(Format format, float value, String context) {
    int found = format.encode(value) & 0xffff;
    if (Float.isNaN(value)) {
      assertThat(format.value(found)).as("%s of NaN, %s", format, context).isNaN();
    } else if (found != format.nearest(value)) {
      assertThat(Integer.toHexString(found))
          .as("%s of %s (%a), %s", format, value, value, context)
          .isEqualTo(Integer.toHexString(format.nearest(value)));
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void shouldKeepEveryValueOfTheFormat(Format format) {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = (float) format.value(bits);
      int found = format.encode(value) & 0xffff;
      if (Float.isNaN(value)) {
        assertThat(format.value(found)).as("%s %04x", format, bits).isNaN();
      } else {
        assertThat(found).as("%s %04x", format, bits).isEqualTo(bits);
      }
    }
  }

  @Test
  void shouldReadEveryFloat16() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float found = TensorEncoding.fromFloat16((short) bits);
      float expected = (float) Format.FP16.value(bits);
      if (Float.isNaN(expected)) {
        assertThat(found).as("%04x", bits).isNaN();
      } else {
        assertThat(Float.floatToRawIntBits(found))
            .as("%04x", bits)
            .isEqualTo(Float.floatToRawIntBits(expected));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void shouldRoundTiesToEvenAndTheirNeighboursToTheNearest(Format format) {
    for (int bits = 0; bits < format.infinity(); bits++) {
      float middle = (float) ((format.values[bits] + format.values[bits + 1]) / 2);
      for (float value : new float[] {Math.nextDown(middle), middle, Math.nextUp(middle)}) {
        assertRounded(format, value, "beside " + bits);
        assertRounded(format, -value, "beside " + bits);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void shouldRoundSpecialValues(Format format) {
    float[] special = {
      0f,
      Float.MIN_VALUE,
      Float.MIN_NORMAL,
      Math.nextDown(Float.MIN_NORMAL),
      0x1p-14f,
      Math.nextDown(0x1p-14f),
      0x1p-24f,
      0x1p-25f,
      Math.nextUp(0x1p-25f),
      1f,
      65_504f,
      65_519.996f,
      65_520f,
      65_536f,
      0x1p127f,
      Float.MAX_VALUE,
      Float.POSITIVE_INFINITY
    };
    for (float value : special) {
      assertRounded(format, value, "special");
      assertRounded(format, -value, "special");
    }
  }

  @Test
  void shouldOverflowToInfinity() {
    assertThat(TensorEncoding.toFloat16(65_519.996f)).isEqualTo((short) 0x7bff);
    assertThat(TensorEncoding.toFloat16(65_520f)).isEqualTo((short) 0x7c00);
    assertThat(TensorEncoding.toFloat16(-1e10f)).isEqualTo((short) 0xfc00);
    assertThat(TensorEncoding.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    assertThat(TensorEncoding.toBfloat16(-Float.MAX_VALUE)).isEqualTo((short) 0xff80);
  }

  @Test
  void shouldKeepTheSignOfZero() {
    assertThat(TensorEncoding.toFloat16(-0f)).isEqualTo((short) 0x8000);
    assertThat(TensorEncoding.toBfloat16(-0f)).isEqualTo((short) 0x8000);
    assertThat(TensorEncoding.toFloat16(-1e-30f)).isEqualTo((short) 0x8000);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void shouldKeepNanWhateverItsBits(Format format) {
    int[] patterns = {
      0x7fc00000, 0x7f800001, 0x7fffffff, 0xffc00000, 0xff800001, 0xffffffff, 0x7f80ffff
    };
    for (int bits : patterns) {
      assertRounded(format, Float.intBitsToFloat(bits), Integer.toHexString(bits));
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void shouldRoundRandomFloats(Format format) {
    Random random = new Random(SEED);
    for (int i = 0; i < 200_000; i++) {
      String context = "seed %d, number %d".formatted(SEED, i);
      assertRounded(format, Float.intBitsToFloat(random.nextInt()), context);
      assertRounded(format, (float) (random.nextGaussian() * 0.05), context);
      // Exponents from the subnormals of binary16 to its overflow.
      int exponent = 127 - 27 + random.nextInt(45);
      int bits = (random.nextInt() & 0x807fffff) | (exponent << 23);
      assertRounded(format, Float.intBitsToFloat(bits), context);
    }
  }

  private static Tensor tensor(ElementType type, ByteBuffer data, long elements) {
    return new Tensor("t", type, TensorShape.of(elements), data);
  }

  private static ByteBuffer bytes(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void shouldEncodeFloat32InEveryPrecision() {
    Tensor stored =
        tensor(
            ElementType.FLOAT32, bytes(12).putFloat(1).putFloat(-0.1f).putFloat(3e38f).flip(), 3);
    ByteBuffer fp32 = TensorEncoding.encode(stored, ElementType.FLOAT32);
    assertThat(fp32.remaining()).isEqualTo(12);
    fp32.order(ByteOrder.LITTLE_ENDIAN);
    assertThat(fp32.getFloat(4)).isEqualTo(-0.1f);
    ByteBuffer bf16 =
        TensorEncoding.encode(stored, ElementType.BFLOAT16).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bf16.remaining()).isEqualTo(6);
    assertThat(bf16.getShort(0)).isEqualTo((short) 0x3f80);
    assertThat(bf16.getShort(2)).isEqualTo((short) 0xbdcd);
    ByteBuffer fp16 =
        TensorEncoding.encode(stored, ElementType.FLOAT16).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(fp16.remaining()).isEqualTo(6);
    assertThat(fp16.getShort(0)).isEqualTo((short) 0x3c00);
    assertThat(fp16.getShort(2)).isEqualTo((short) 0xae66);
    assertThat(fp16.getShort(4)).isEqualTo((short) 0x7c00);
    assertThat(stored.data().position()).as("the tensor can be read again").isZero();
  }

  @Test
  void shouldWidenStoredHalves() {
    ByteBuffer data = bytes(4).putShort((short) 0x3c00).putShort((short) 0xc000).flip();
    ByteBuffer half =
        TensorEncoding.encode(tensor(ElementType.FLOAT16, data, 2), ElementType.FLOAT32)
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(half.getFloat(0)).isEqualTo(1f);
    assertThat(half.getFloat(4)).isEqualTo(-2f);
    ByteBuffer brain =
        TensorEncoding.encode(tensor(ElementType.BFLOAT16, data, 2), ElementType.FLOAT32)
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(brain.getFloat(0)).isEqualTo(0.0078125f);
    assertThat(brain.getFloat(4)).isEqualTo(-2f);
  }

  @Test
  void shouldKeepStoredHalvesInTheirOwnPrecision() {
    for (int bits = 0; bits < 0x10000; bits++) {
      ByteBuffer data = bytes(2).putShort((short) bits).flip();
      short half =
          TensorEncoding.encode(tensor(ElementType.FLOAT16, data, 1), ElementType.FLOAT16)
              .getShort(0);
      short brain =
          TensorEncoding.encode(tensor(ElementType.BFLOAT16, data, 1), ElementType.BFLOAT16)
              .getShort(0);
      if (!Double.isNaN(Format.FP16.value(bits))) {
        assertThat(half).as("%04x", bits).isEqualTo((short) bits);
      }
      if (!Double.isNaN(Format.BF16.value(bits))) {
        assertThat(brain).as("%04x", bits).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void shouldEncodeWholeNumbers() {
    ByteBuffer data = bytes(16).putLong(-3).putLong(511).flip();
    ByteBuffer found =
        TensorEncoding.encode(tensor(ElementType.INT64, data, 2), ElementType.FLOAT32)
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(found.getFloat(0)).isEqualTo(-3f);
    assertThat(found.getFloat(4)).isEqualTo(511f);
  }
}
