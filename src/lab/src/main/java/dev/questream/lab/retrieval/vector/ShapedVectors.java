package dev.questream.lab.retrieval.vector;

import dev.questream.encoder.VectorShape;
import java.util.Arrays;

/**
 * Vectors of float32 in another shape, as coordinates that an inner product ranks as a store does.
 */
public final class ShapedVectors implements VectorReader {
  private final VectorReader vectors;
  private final VectorShape shape;
  private final boolean normalized;

  private ShapedVectors(VectorReader vectors, VectorShape shape, boolean normalized) {
    this.vectors = vectors;
    this.shape = shape;
    this.normalized = normalized;
  }

  /**
   * Vectors in a shape.
   *
   * @param vectors closed with what is returned
   * @param normalized whether they were scaled to length one
   */
  public static VectorReader of(VectorReader vectors, VectorShape shape, boolean normalized) {
    return shape.equals(VectorShape.whole(vectors.dimensions()))
        ? vectors
        : new ShapedVectors(vectors, shape, normalized);
  }

  /**
   * The rows of a matrix in a shape.
   *
   * @param matrix [rows, dimensions], row after row; a row with a NaN becomes one of NaN
   */
  public static float[] of(float[] matrix, int dimensions, VectorShape shape, boolean normalized) {
    float[] shaped = new float[matrix.length / dimensions * shape.dimensions()];
    for (int row = 0; row < matrix.length / dimensions; row++) {
      float[] vector = Arrays.copyOfRange(matrix, row * dimensions, (row + 1) * dimensions);
      int to = row * shape.dimensions();
      if (Float.isNaN(vector[0])) {
        Arrays.fill(shaped, to, to + shape.dimensions(), Float.NaN);
      } else {
        float[] elements = shape.of(vector, normalized);
        float[] coordinates = shape.type().coordinates(elements, shape.dimensions());
        System.arraycopy(coordinates, 0, shaped, to, shape.dimensions());
      }
    }
    return shaped;
  }

  @Override
  public int dimensions() {
    return shape.dimensions();
  }

  @Override
  public int read(float[] shaped, int[] positions) {
    int rows = Math.min(shaped.length / shape.dimensions(), positions.length);
    float[] whole = new float[rows * vectors.dimensions()];
    int[] at = new int[rows];
    int read = vectors.read(whole, at);
    System.arraycopy(at, 0, positions, 0, read);
    float[] vectorsRead = Arrays.copyOf(whole, read * vectors.dimensions());
    float[] made = of(vectorsRead, vectors.dimensions(), shape, normalized);
    System.arraycopy(made, 0, shaped, 0, made.length);
    return read;
  }

  @Override
  public void close() {
    vectors.close();
  }
}
