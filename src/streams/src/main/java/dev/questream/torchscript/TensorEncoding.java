package dev.questream.torchscript;

import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** Converts stored tensors to the number format that an archive keeps them in. */
final class TensorEncoding {

  private TensorEncoding() {}

  /**
   * The elements of {@code tensor} in a floating-point format of 32 bits or fewer, little-endian.
   *
   * @throws ModelException if the tensor's elements are no numbers that a weight may have
   * @throws IllegalArgumentException if the format is another one
   */
  static ByteBuffer encode(Tensor tensor, ElementType format) {
    ByteBuffer in = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (tensor.type() == ElementType.FLOAT32 && format == ElementType.FLOAT32) {
      return in;
    }
    int elements = Math.toIntExact(tensor.shape().elements());
    ByteBuffer out =
        ByteBuffer.allocate(Math.multiplyExact(elements, format.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      float value = read(in, tensor);
      switch (format) {
        case FLOAT32 -> out.putFloat(value);
        case BFLOAT16 -> out.putShort(toBfloat16(value));
        case FLOAT16 -> out.putShort(toFloat16(value));
        default -> throw new IllegalArgumentException("weights are not kept as " + format);
      }
    }
    return out.flip();
  }

  private static float read(ByteBuffer in, Tensor tensor) {
    return switch (tensor.type()) {
      case FLOAT32 -> in.getFloat();
      case BFLOAT16 -> Float.intBitsToFloat(in.getShort() << 16);
      case FLOAT16 -> fromFloat16(in.getShort());
      case FLOAT64 -> (float) in.getDouble();
      case INT64 -> in.getLong();
      default ->
          throw new ModelException(
              "the weight %s is stored as %s; weights of float32, float16, bfloat16 and float64 are read"
                  .formatted(tensor.name(), tensor.type().name().toLowerCase(Locale.ROOT)));
    };
  }

  /** Rounds to the nearest bfloat16, ties to even; NaN stays NaN. */
  static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    int roundingBias = 0x7fff + ((bits >>> 16) & 1);
    return (short) ((bits + roundingBias) >>> 16);
  }

  /**
   * Rounds to the nearest IEEE 754 binary16, ties to even; overflows to infinity; NaN stays NaN.
   */
  static short toFloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 0x47800000) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) {
      // Subnormal in binary16: let float arithmetic round at the right place.
      float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | (Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(0.5f)));
    }
    int rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return (short) (sign | ((rounded - 0x38000000) >>> 13));
  }

  static float fromFloat16(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
    }
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
  }
}
