package dev.questream.encoder;

import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import java.util.Arrays;

/**
 * What is made of a model's vectors: their first dimensions, scaled to length one again if the
 * model does so, in the numbers of a type.
 *
 * @param dimensions how many are kept
 * @param type of the numbers
 */
public record VectorShape(int dimensions, VectorType type) {

  /** The shape of a model's own vectors. */
  public static VectorShape whole(int dimensions) {
    return new VectorShape(dimensions, VectorType.FLOAT32);
  }

  /** What {@code computed} says, with vectors of this shape. */
  public Provenance.Computation of(Provenance.Computation computed) {
    return computed.with(dimensions, type);
  }

  /**
   * Shapes a vector. One with an element that is not finite stays as it is, so that whoever looks
   * for such elements finds it.
   *
   * @param vector float32, of at least {@link #dimensions} elements; not modified
   * @param normalized whether the model scales its vectors to length one
   */
  public float[] of(float[] vector, boolean normalized) {
    for (float element : vector) {
      if (!Float.isFinite(element)) {
        return vector;
      }
    }
    return type.from(cut(vector, normalized));
  }

  private float[] cut(float[] vector, boolean normalized) {
    if (vector.length == dimensions) {
      return vector;
    }
    float[] cut = Arrays.copyOf(vector, dimensions);
    double square = 0;
    for (float element : cut) {
      square += (double) element * element;
    }
    if (normalized && square > 0) {
      double length = Math.sqrt(square);
      for (int i = 0; i < cut.length; i++) {
        cut[i] = (float) (cut[i] / length);
      }
    }
    return cut;
  }
}
