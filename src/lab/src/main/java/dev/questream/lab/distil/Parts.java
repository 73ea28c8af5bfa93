package dev.questream.lab.distil;

import java.util.ArrayList;
import java.util.List;

/**
 * A batch in parts: memory holds the activations and the candidates of one of them, however large
 * the batch is.
 *
 * @param tokens of a part at most, unless one question has more
 * @param candidates of a part, likewise
 */
record Parts(int tokens, int candidates) {
  /** Some 25 MB of candidates with 768 dimensions. */
  static final Parts DEFAULT = new Parts(4096, 8192);

  /** What a question needs. */
  interface Needs {
    int of(int question);
  }

  /** The parts, in the order of the batch. */
  List<List<Integer>> of(List<Integer> batch, Needs tokensOf, Needs candidatesOf) {
    List<List<Integer>> parts = new ArrayList<>();
    int from = 0;
    int sumOfTokens = 0;
    int sumOfCandidates = 0;
    for (int i = 0; i < batch.size(); i++) {
      int more = tokensOf.of(batch.get(i));
      int moreCandidates = candidatesOf.of(batch.get(i));
      if (i > from
          && (sumOfTokens + more > tokens || sumOfCandidates + moreCandidates > candidates)) {
        parts.add(batch.subList(from, i));
        from = i;
        sumOfTokens = 0;
        sumOfCandidates = 0;
      }
      sumOfTokens += more;
      sumOfCandidates += moreCandidates;
    }
    if (from < batch.size()) {
      parts.add(batch.subList(from, batch.size()));
    }
    return parts;
  }
}
