package dev.questream.lab.retrieval.vector;

/**
 * Conversions between float32 and the two 16-bit formats, rounding to the nearest, ties to even.
 * (Java has them from version 20 on.)
 */
final class HalfFloat {
  private static final int SIGN = 0x8000;
  private static final int HALF_INFINITY = 0x7c00;
  private static final int HALF_NAN = 0x7e00;
  private static final float SMALLEST_SUBNORMAL = 0x1p-24f;

  private HalfFloat() {}

  static short toHalf(float value) {
    int sign = (Float.floatToRawIntBits(value) >>> 16) & SIGN;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | HALF_NAN);
    }
    if (magnitude < 0x1p-14f) { // subnormal: a multiple of 2^-24, exact to scale
      return (short) (sign | (int) Math.rint(magnitude / SMALLEST_SUBNORMAL));
    }
    int bits = Float.floatToRawIntBits(magnitude);
    int rounded = bits + 0xfff + ((bits >>> 13) & 1); // a carry goes into the exponent, rightly
    int half = (rounded >>> 13) - ((127 - 15) << 10);
    return (short) (sign | Math.min(half, HALF_INFINITY));
  }

  static float toFloat(short half) {
    int sign = (half & SIGN) << 16;
    int magnitude = half & 0x7fff;
    if (magnitude < 0x400) { // zero or subnormal
      float value = magnitude * SMALLEST_SUBNORMAL;
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(value));
    }
    int exponent =
        magnitude >= HALF_INFINITY ? 0x7f800000 - (HALF_INFINITY << 13) : (127 - 15) << 23;
    return Float.intBitsToFloat(sign | ((magnitude << 13) + exponent));
  }

  static short toBrain(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40); // the upper half alone could read as infinity
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
