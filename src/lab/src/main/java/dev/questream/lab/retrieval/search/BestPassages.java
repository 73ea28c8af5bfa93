package dev.questream.lab.retrieval.search;

/**
 * The best passages found so far, for every question: one binary heap each, the worst on top, all
 * in two arrays.
 *
 * <p>Of two passages with one score the earlier is better. NaN is never taken. <b>Threading:</b>
 * one thread.
 */
final class BestPassages {
  private final int k;
  private final float[] scores;
  private final int[] positions;
  private final int[] sizes;

  BestPassages(int questions, int k) {
    this.k = k;
    this.scores = new float[Math.multiplyExact(questions, k)];
    this.positions = new int[questions * k];
    this.sizes = new int[questions];
  }

  /** Bytes for each question. */
  static long bytes(int k) {
    return (long) k * (Float.BYTES + Integer.BYTES) + Integer.BYTES;
  }

  /** A score under this cannot be among the best; one equal to it might. */
  float threshold(int question) {
    return sizes[question] < k ? Float.NEGATIVE_INFINITY : scores[question * k];
  }

  /** Scores of one question with consecutive rows of a block. */
  void offer(int question, float[] row, int[] rowPositions, int rows) {
    float threshold = threshold(question);
    for (int i = 0; i < rows; i++) {
      if (row[i] >= threshold) {
        offer(question, row[i], rowPositions[i]);
        threshold = threshold(question);
      }
    }
  }

  void offer(int question, float score, int position) {
    int base = question * k;
    int size = sizes[question];
    if (Float.isNaN(score)) {
      return;
    }
    if (size < k) {
      sizes[question] = size + 1;
      siftUp(base, size, score, position);
    } else if (worse(scores[base], positions[base], score, position)) {
      siftDown(base, size, score, position);
    }
  }

  /** Takes what another worker has found. */
  void merge(BestPassages other) {
    for (int question = 0; question < sizes.length; question++) {
      for (int i = question * k; i < question * k + other.sizes[question]; i++) {
        offer(question, other.scores[i], other.positions[i]);
      }
    }
  }

  private static boolean worse(float score, int position, float than, int thanPosition) {
    return score < than || (score == than && position > thanPosition);
  }

  private void siftUp(int base, int start, float score, int position) {
    int at = start;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!worse(score, position, scores[base + parent], positions[base + parent])) {
        break;
      }
      move(base, parent, at);
      at = parent;
    }
    scores[base + at] = score;
    positions[base + at] = position;
  }

  private void siftDown(int base, int size, float score, int position) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size
          && worse(
              scores[base + child + 1],
              positions[base + child + 1],
              scores[base + child],
              positions[base + child])) {
        child++;
      }
      if (!worse(scores[base + child], positions[base + child], score, position)) {
        break;
      }
      move(base, child, at);
      at = child;
    }
    scores[base + at] = score;
    positions[base + at] = position;
  }

  private void move(int base, int from, int to) {
    scores[base + to] = scores[base + from];
    positions[base + to] = positions[base + from];
  }

  /** The best of a question in order. Ends the use of its heap. */
  Ranking ranking(int question) {
    int base = question * k;
    int found = sizes[question];
    float[] best = new float[found];
    int[] at = new int[found];
    for (int size = found; size > 0; size--) {
      best[size - 1] = scores[base];
      at[size - 1] = positions[base];
      siftDown(base, size - 1, scores[base + size - 1], positions[base + size - 1]);
    }
    sizes[question] = 0;
    return new Ranking(at, best);
  }
}
