package dev.questream.engine;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The candidates of a batch of questions as matrices, a row for each question.
 *
 * @param most candidates of a question
 * @param dimensions of a vector
 * @param passages [questions, most, dimensions]
 * @param scores [questions, most]; minus infinity where a question has fewer
 * @param hits [questions, most]; 1 where there is an answer
 */
@SuppressWarnings("ArrayRecordComponent") // arrays go to native memory as they are
record Candidates(int most, int dimensions, float[] passages, float[] scores, float[] hits) {

  /**
   * @param order {@code order[row]} is the lesson of that row
   */
  static Candidates of(List<Lesson> lessons, int[] order) {
    int most = lessons.stream().mapToInt(lesson -> lesson.scores().length).max().orElseThrow();
    int dimensions = lessons.get(0).passages().get(0).length;
    float[] passages =
        new float[Math.multiplyExact(Math.multiplyExact(order.length, most), dimensions)];
    float[] scores = new float[order.length * most];
    float[] hits = new float[order.length * most];
    Arrays.fill(scores, Float.NEGATIVE_INFINITY);
    for (int row = 0; row < order.length; row++) {
      Lesson lesson = lessons.get(order[row]);
      for (int i = 0; i < lesson.scores().length; i++) {
        int at = row * most + i;
        System.arraycopy(lesson.passages().get(i), 0, passages, at * dimensions, dimensions);
        scores[at] = lesson.scores()[i];
        hits[at] = lesson.hits()[i] ? 1 : 0;
      }
    }
    return new Candidates(most, dimensions, passages, scores, hits);
  }

  NDList inputs(NDManager manager) {
    long rows = scores.length / most;
    return new NDList(
        manager.create(passages, new Shape(rows, most, dimensions)),
        manager.create(scores, new Shape(rows, most)),
        manager.create(hits, new Shape(rows, most)));
  }
}
