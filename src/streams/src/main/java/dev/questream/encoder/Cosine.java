package dev.questream.encoder;

/** The cosine of the angle between two vectors. */
public final class Cosine {

  private Cosine() {}

  /** Of whole vectors of one length; not a number if one of them is zero. */
  public static double of(float[] a, float[] b) {
    return of(a, b, 0, a.length);
  }

  /** Of the same {@code length} elements of both, from {@code offset} on. */
  public static double of(float[] a, float[] b, int offset, int length) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = offset; i < offset + length; i++) {
      product += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(squareA * squareB);
  }
}
