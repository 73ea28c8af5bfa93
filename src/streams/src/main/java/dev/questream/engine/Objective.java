package dev.questream.engine;

/**
 * What is minimised: {@code T^2 KL(softmax(teacher / T) || softmax(student / T))} over a question's
 * candidates (Hinton et al. 2015), and {@code supervised} times the negative logarithm of the share
 * that the candidates with an answer have in {@code softmax(student)}. The student's scores are
 * {@code scale} times inner products.
 *
 * @param temperature T
 * @param scale 1 for vectors of any length; more for those of length one, whose inner products are
 *     cosines, and no softmax of cosines is far from uniform
 * @param supervised 0 for none
 */
public record Objective(double temperature, double scale, double supervised) {
  /** For cosines: what sentence-transformers' losses take. */
  public static final double COSINE_SCALE = 20;

  public Objective {
    if (!(temperature > 0) || !(scale > 0) || !(supervised >= 0)) {
      throw new IllegalArgumentException(
          "temperature %s, scale %s, supervised %s".formatted(temperature, scale, supervised));
    }
  }
}
