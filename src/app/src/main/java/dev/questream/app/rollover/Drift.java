package dev.questream.app.rollover;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How differently two models see the same questions.
 *
 * @param pairs questions compared
 * @param cosines between the old and the new vector of a question; empty where dimensions differ
 * @param overlap of the nearest neighbours; empty for fewer than three pairs
 */
record Drift(int pairs, Optional<Distribution> cosines, Optional<Overlap> overlap) {
  static final int NEIGHBOURS = 10;
  private static final int LEAST_PAIRS = 3;

  /** A pair of vectors of one question. */
  record Pair(float[] before, float[] after) {}

  /** What values there are. */
  record Distribution(double min, double p5, double p50, double p95, double mean) {
    static Distribution of(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      return new Distribution(
          sorted[0],
          at(sorted, 0.05),
          at(sorted, 0.5),
          at(sorted, 0.95),
          Arrays.stream(sorted).average().orElseThrow());
    }

    /** The nearest rank. */
    private static double at(double[] sorted, double share) {
      return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
  }

  /**
   * The share of a question's nearest neighbours, by cosine among the sampled questions, that both
   * models agree on. Works for models of different dimensions, and means the same for all.
   *
   * @param k neighbours of each question
   */
  record Overlap(int k, Distribution shares) {}

  /** Compares pairs, each neighbour search exact: every question with every other. */
  static Drift of(List<Pair> pairs) {
    List<float[]> before = new ArrayList<>();
    List<float[]> after = new ArrayList<>();
    for (Pair pair : pairs) {
      before.add(normalized(pair.before()));
      after.add(normalized(pair.after()));
    }
    return new Drift(pairs.size(), cosines(before, after), overlap(before, after));
  }

  private static Optional<Distribution> cosines(List<float[]> before, List<float[]> after) {
    double[] cosines = new double[before.size()];
    for (int i = 0; i < cosines.length; i++) {
      if (before.get(i).length != after.get(i).length) {
        return Optional.empty();
      }
      cosines[i] = product(before.get(i), after.get(i));
    }
    return cosines.length == 0 ? Optional.empty() : Optional.of(Distribution.of(cosines));
  }

  private static Optional<Overlap> overlap(List<float[]> before, List<float[]> after) {
    int count = before.size();
    if (count < LEAST_PAIRS) {
      return Optional.empty();
    }
    int k = Math.min(NEIGHBOURS, count - 2); // all others would be a trivial overlap
    double[] shares = new double[count];
    for (int i = 0; i < count; i++) {
      shares[i] = (double) common(nearest(before, i, k), nearest(after, i, k)) / k;
    }
    return Optional.of(new Overlap(k, Distribution.of(shares)));
  }

  /** The k nearest of a vector, itself left out; of equally near ones the first. */
  private static int[] nearest(List<float[]> vectors, int of, int k) {
    int[] nearest = new int[k];
    double[] scores = new double[k];
    int found = 0;
    for (int i = 0; i < vectors.size(); i++) {
      if (i == of) {
        continue;
      }
      double score = product(vectors.get(of), vectors.get(i));
      if (found == k && score <= scores[k - 1]) {
        continue;
      }
      int at = found < k ? found++ : k - 1;
      while (at > 0 && scores[at - 1] < score) {
        scores[at] = scores[at - 1];
        nearest[at] = nearest[at - 1];
        at--;
      }
      scores[at] = score;
      nearest[at] = i;
    }
    return nearest;
  }

  private static int common(int[] a, int[] b) {
    int common = 0;
    for (int x : a) {
      for (int y : b) {
        common += x == y ? 1 : 0;
      }
    }
    return common;
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static float[] normalized(float[] vector) {
    double norm = Math.sqrt(product(vector, vector));
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = norm == 0 ? 0 : (float) (vector[i] / norm);
    }
    return unit;
  }
}
