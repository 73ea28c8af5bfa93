package dev.questream.engine;

import java.util.List;

/**
 * A question, and what its candidates are worth to the teacher.
 *
 * @param ids token ids of the question
 * @param passages vectors of the candidates, one at least
 * @param scores of the teacher, as many
 * @param hits whether each candidate holds an answer
 */
@SuppressWarnings("ArrayRecordComponent") // arrays go to native memory as they are
public record Lesson(int[] ids, List<float[]> passages, float[] scores, boolean[] hits) {
  public Lesson {
    passages = List.copyOf(passages);
    if (passages.isEmpty() || scores.length != passages.size() || hits.length != passages.size()) {
      throw new IllegalArgumentException(
          "%d passages with %d scores and %d answers"
              .formatted(passages.size(), scores.length, hits.length));
    }
  }
}
