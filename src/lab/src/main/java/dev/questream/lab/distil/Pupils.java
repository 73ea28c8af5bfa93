package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.encoder.EncoderException;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Questions with their tokens; those that cannot be encoded are left out.
 *
 * @param questions as many as {@code ids}
 * @param ids tokens of each
 */
record Pupils(List<QuestionAnswers> questions, List<int[]> ids) {
  private static final int CHUNK = 256;

  static Pupils of(QuestionSet questions, TorchTrainer trainer, Console console) {
    Pupils pupils = new Pupils(new ArrayList<>(), new ArrayList<>());
    for (QuestionAnswers question : questions.questions()) {
      try {
        pupils.ids.add(trainer.tokenize(question.question().strip()));
        pupils.questions.add(question);
      } catch (EncoderException e) {
        console.err().printf("\"%s\" is left out: %s%n", question.question(), e.getMessage());
      }
    }
    return pupils;
  }

  /** Their vectors by what the trainer has learnt so far, row after row. */
  float[] vectors(TorchTrainer trainer) {
    float[] matrix = null;
    int next = 0;
    for (int from = 0; from < ids.size(); from += CHUNK) {
      for (float[] vector : trainer.encode(ids.subList(from, Math.min(ids.size(), from + CHUNK)))) {
        if (matrix == null) {
          matrix = new float[Math.multiplyExact(ids.size(), vector.length)];
        }
        System.arraycopy(vector, 0, matrix, next, vector.length);
        next += vector.length;
      }
    }
    return matrix;
  }

  /**
   * Some of them.
   *
   * @param most how many; those that are encoded together stay together
   */
  Pupils from(int first, int most) {
    int to = (int) Math.min(size(), first + Math.max(CHUNK, (long) most / CHUNK * CHUNK));
    return new Pupils(questions.subList(first, to), ids.subList(first, to));
  }

  int size() {
    return ids.size();
  }
}
