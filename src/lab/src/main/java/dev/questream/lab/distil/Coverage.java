package dev.questream.lab.distil;

import java.util.List;

/**
 * How much of what it was asked the teacher knew.
 *
 * @param pairs of question and candidate
 * @param scored pairs with a score
 * @param questions all of them
 * @param tooFew questions with fewer than two scores, which teach nothing
 */
record Coverage(long pairs, long scored, int questions, int tooFew) {

  static Coverage of(List<float[]> scores) {
    long pairs = 0;
    long scored = 0;
    int tooFew = 0;
    for (float[] ofQuestion : scores) {
      int known = 0;
      for (float score : ofQuestion) {
        known += Float.isNaN(score) ? 0 : 1;
      }
      pairs += ofQuestion.length;
      scored += known;
      tooFew += known < 2 ? 1 : 0;
    }
    return new Coverage(pairs, scored, scores.size(), tooFew);
  }

  @Override
  public String toString() {
    return "%,d of %,d candidates have a score; %,d of %,d questions have fewer than two and teach nothing"
        .formatted(scored, pairs, tooFew, questions);
  }
}
