package dev.questream.lab.distil;

import java.util.List;

/**
 * How much of what it was asked the teacher knew.
 *
 * @param pairs of question and candidate
 * @param scored pairs with a score
 * @param questions all of them
 * @param mute questions without two different scores, which teach nothing
 */
record Coverage(long pairs, long scored, int questions, int mute) {

  static Coverage of(List<float[]> scores) {
    long pairs = 0;
    long scored = 0;
    int mute = 0;
    for (float[] ofQuestion : scores) {
      int known = 0;
      for (float score : ofQuestion) {
        known += Float.isNaN(score) ? 0 : 1;
      }
      pairs += ofQuestion.length;
      scored += known;
      mute += teaches(ofQuestion) ? 0 : 1;
    }
    return new Coverage(pairs, scored, scores.size(), mute);
  }

  /** Whether two scores differ, of those that are known. */
  static boolean teaches(float[] scores) {
    float first = Float.NaN;
    for (float score : scores) {
      if (Float.isNaN(first)) {
        first = score;
      } else if (!Float.isNaN(score) && score != first) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "%,d of %,d candidates have a score; %,d of %,d questions have no two different ones and teach nothing"
        .formatted(scored, pairs, mute, questions);
  }
}
