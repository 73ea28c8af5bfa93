package dev.questream.lab.retrieval;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Exact search by inner product over vectors in memory; for collections of thousands, as in the
 * demo.
 *
 * <p>Ties go to the earlier vector. <b>Threading:</b> safe for any thread.
 */
public final class ExactIndex {
  private final List<float[]> vectors;

  /**
   * @param vectors all of one length; not to be modified afterwards
   */
  public ExactIndex(List<float[]> vectors) {
    this.vectors = List.copyOf(vectors);
  }

  /**
   * A vector that was found.
   *
   * @param position its place in the list that the index was built from
   * @param score its inner product with the query
   */
  public record Hit(int position, float score) {}

  /** The {@code k} vectors with the greatest inner products, best first. */
  public List<Hit> search(float[] query, int k) {
    Comparator<Hit> better =
        Comparator.comparingDouble(Hit::score)
            .thenComparing(Comparator.comparingInt(Hit::position).reversed());
    PriorityQueue<Hit> best = new PriorityQueue<>(better);
    for (int i = 0; i < vectors.size(); i++) {
      best.add(new Hit(i, innerProduct(query, vectors.get(i))));
      if (best.size() > k) {
        best.remove();
      }
    }
    return best.stream().sorted(better.reversed()).toList();
  }

  static float innerProduct(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "vectors of %d and of %d dimensions have no inner product".formatted(a.length, b.length));
    }
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
