package dev.questream.lab.distil;

import java.util.Arrays;
import java.util.stream.Stream;

/** The scores of passages for one question, in arrays: there are millions of them. */
final class KnownScores {
  private String[] ids = new String[8]; // sorted
  private float[] scores = new float[8];
  private int size;

  /**
   * Adds a score, or replaces the one that is there.
   *
   * @return whether there was none
   */
  boolean put(String id, float score) {
    int found = Arrays.binarySearch(ids, 0, size, id);
    if (found >= 0) {
      scores[found] = score;
      return false;
    }
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
      scores = Arrays.copyOf(scores, 2 * size);
    }
    int at = -found - 1;
    System.arraycopy(ids, at, ids, at + 1, size - at);
    System.arraycopy(scores, at, scores, at + 1, size - at);
    ids[at] = id;
    scores[at] = score;
    size++;
    return true;
  }

  /** The score of a passage; NaN if there is none. */
  float of(String id) {
    int found = Arrays.binarySearch(ids, 0, size, id);
    return found >= 0 ? scores[found] : Float.NaN;
  }

  Stream<String> ids() {
    return Arrays.stream(ids, 0, size);
  }

  int size() {
    return size;
  }
}
