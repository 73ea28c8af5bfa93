package dev.questream.lab.retrieval.recall;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Two models on the same questions at one k: how often only one of them answers, and a paired
 * bootstrap of the difference of their recalls (Efron and Tibshirani 1993, percentile method).
 *
 * @param k passages looked at
 * @param onlyFirst questions that only the first model answers
 * @param onlySecond questions that only the second model answers
 * @param difference recall of the first minus recall of the second
 * @param low lower end of the 95% interval of the difference
 * @param high upper end
 */
public record RecallComparison(
    int k, int onlyFirst, int onlySecond, double difference, double low, double high) {
  /** Bootstrap samples. */
  public static final int SAMPLES = 10_000;

  private static final double TAIL = 0.025;

  /**
   * Compares two models.
   *
   * @param seed the same seed gives the same interval
   * @throws IllegalArgumentException if they were not asked the same number of questions
   */
  public static RecallComparison of(AnswerRecall first, AnswerRecall second, int k, long seed) {
    int questions = first.questions();
    if (questions != second.questions()) {
      throw new IllegalArgumentException(
          "%d questions cannot be compared with %d".formatted(questions, second.questions()));
    }
    int[] outcomes = new int[questions]; // 1 for a win, -1 for a loss
    int onlyFirst = 0;
    int onlySecond = 0;
    for (int question = 0; question < questions; question++) {
      boolean byFirst = first.answered(question, k);
      boolean bySecond = second.answered(question, k);
      outcomes[question] = (byFirst ? 1 : 0) - (bySecond ? 1 : 0);
      onlyFirst += byFirst && !bySecond ? 1 : 0;
      onlySecond += bySecond && !byFirst ? 1 : 0;
    }
    double[] differences = bootstrap(outcomes, seed);
    return new RecallComparison(
        k,
        onlyFirst,
        onlySecond,
        (double) (onlyFirst - onlySecond) / questions,
        quantile(differences, TAIL),
        quantile(differences, 1 - TAIL));
  }

  /** The difference in each of many sets of questions, drawn from these with replacement. */
  private static double[] bootstrap(int[] outcomes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] differences = new double[SAMPLES];
    for (int sample = 0; sample < SAMPLES; sample++) {
      long sum = 0;
      for (int i = 0; i < outcomes.length; i++) {
        sum += outcomes[random.nextInt(outcomes.length)];
      }
      differences[sample] = (double) sum / outcomes.length;
    }
    Arrays.sort(differences);
    return differences;
  }

  /** Between the two nearest of the sorted values, as NumPy's {@code quantile} does by default. */
  static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** Whether the interval leaves 0 out. */
  public boolean significant() {
    return low > 0 || high < 0;
  }
}
