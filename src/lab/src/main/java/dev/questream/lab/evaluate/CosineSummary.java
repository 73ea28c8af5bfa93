package dev.questream.lab.evaluate;

import dev.questream.app.io.DataException;
import dev.questream.encoder.Cosine;
import dev.questream.lab.retrieval.vector.VectorReader;

/**
 * How close the vectors of two precisions are.
 *
 * @param count pairs of vectors compared; those that one side does not have are left out
 * @param min the worst cosine
 * @param mean the mean cosine
 */
public record CosineSummary(int count, double min, double mean) {
  private static final int BLOCK = 1024;

  /** Compares the question vectors of two outcomes. */
  static CosineSummary ofQuestions(QuestionVectors a, QuestionVectors b) {
    Sum sum = new Sum();
    sum.add(a.matrix(), b.matrix(), a.matrix().length / a.dimensions(), a.dimensions());
    return sum.summary();
  }

  /** Compares passage vectors, streaming both. */
  static CosineSummary ofPassages(VectorReader a, VectorReader b) {
    int dimensions = a.dimensions();
    float[] blockA = new float[BLOCK * dimensions];
    float[] blockB = new float[BLOCK * dimensions];
    int[] positions = new int[BLOCK];
    Sum sum = new Sum();
    for (int rows = a.read(blockA, positions); rows > 0; rows = a.read(blockA, positions)) {
      if (b.read(blockB, positions) != rows) {
        throw new DataException("the two folders hold vectors of different numbers of passages");
      }
      sum.add(blockA, blockB, rows, dimensions);
    }
    return sum.summary();
  }

  private static final class Sum {
    private int count;
    private double total;
    private double min = 1;

    void add(float[] a, float[] b, int rows, int dimensions) {
      for (int row = 0; row < rows; row++) {
        double cosine = Cosine.of(a, b, row * dimensions, dimensions);
        if (!Double.isNaN(cosine)) {
          count++;
          total += cosine;
          min = Math.min(min, cosine);
        }
      }
    }

    CosineSummary summary() {
      return new CosineSummary(count, min, total / count);
    }
  }
}
