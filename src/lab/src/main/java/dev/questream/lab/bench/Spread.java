package dev.questream.lab.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One figure measured in several rounds.
 *
 * @param median the middle round, or the mean of the two in the middle
 * @param min the least of them
 * @param max the greatest
 * @param rounds all of them, in order
 */
public record Spread(double median, double min, double max, List<Double> rounds) {

  /**
   * Sums up rounds.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Spread of(double... rounds) {
    if (rounds.length == 0) {
      throw new IllegalArgumentException("a spread needs one round at least");
    }
    double[] sorted = rounds.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(
        median, sorted[0], sorted[sorted.length - 1], Arrays.stream(rounds).boxed().toList());
  }

  /** The same rounds in another unit. */
  public Spread times(double factor) {
    return of(rounds.stream().mapToDouble(round -> round * factor).toArray());
  }

  /** Distance from least to greatest as a share of the median. */
  @JsonProperty
  public double relativeWidth() {
    return median == 0 ? 0 : (max - min) / median;
  }

  /** For people: the median, and behind it least and greatest. */
  public String shown(String format) {
    return String.format(
        Locale.ROOT, format + "  (min " + format + ", max " + format + ")", median, min, max);
  }
}
