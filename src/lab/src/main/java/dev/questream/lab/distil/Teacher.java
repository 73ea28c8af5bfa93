package dev.questream.lab.distil;

import dev.questream.lab.retrieval.Passage;
import java.util.List;

/** Says what passages are worth for a question. */
interface Teacher {

  /**
   * Scores of candidates, in their order; NaN for one that it knows nothing of.
   *
   * <p><b>Threading:</b> called by several threads at once.
   */
  float[] scores(String question, List<Passage> candidates);
}
