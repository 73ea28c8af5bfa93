package dev.questream.lab.retrieval.search;

/**
 * The passages found for one question, best first; equal scores in passage order.
 *
 * @param positions of the passages in their file, counted from 0
 * @param scores their inner products with the question
 */
@SuppressWarnings("ArrayRecordComponent") // millions of them; not compared
public record Ranking(int[] positions, float[] scores) {

  /** How many were found: as many as were asked for, or all that can be found. */
  public int size() {
    return positions.length;
  }
}
