package dev.questream.app.page;

import java.util.List;

/**
 * Finds the passages nearest to a question.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public interface Neighbours {

  /** Finds none: there are no passages. */
  Neighbours NONE = vector -> List.of();

  /**
   * A passage.
   *
   * @param score its inner product with the question's vector
   */
  record Neighbour(String title, String text, float score) {}

  /**
   * Passages, nearest first.
   *
   * @param vector one number for each dimension, as {@link
   *     dev.questream.provenance.VectorType#coordinates} gives them
   */
  List<Neighbour> nearest(float[] vector);
}
