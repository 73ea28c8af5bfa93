package dev.questream.engine;

/**
 * The settings of AdamW (Loshchilov and Hutter 2017), but for the rate.
 *
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon added to the root of the latter
 * @param decay of matrices, times the rate
 * @param clip the longest gradient; 0 for any
 */
public record AdamW(double beta1, double beta2, double epsilon, double decay, double clip) {
  /** As DPR was trained: no decay, gradients clipped at 2. */
  public static final AdamW DPR = new AdamW(0.9, 0.999, 1e-8, 0, 2);

  /** For {@code update} of the graph. */
  double[] settings(double rate, int step) {
    return new double[] {
      rate, clip, beta1, beta2, epsilon, decay, 1 - Math.pow(beta1, step), 1 - Math.pow(beta2, step)
    };
  }
}
