package dev.questream.engine;

/**
 * What is minimised: {@code T^2 KL(softmax(teacher / T) || softmax(student / T))} over a question's
 * candidates (Hinton et al. 2015), and {@code supervised} times the negative logarithm of the share
 * that the candidates with an answer have in {@code softmax(student)}.
 *
 * @param temperature T
 * @param supervised 0 for none
 */
public record Objective(double temperature, double supervised) {
  public Objective {
    if (!(temperature > 0) || !(supervised >= 0)) {
      throw new IllegalArgumentException(
          "temperature %s, supervised %s".formatted(temperature, supervised));
    }
  }
}
