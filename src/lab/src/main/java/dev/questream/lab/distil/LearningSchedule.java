package dev.questream.lab.distil;

/**
 * The learning rate of each step: it grows linearly over the first tenth of the steps, and falls
 * linearly to almost nothing.
 *
 * @param peak the highest
 * @param steps altogether
 */
record LearningSchedule(double peak, int steps) {
  private static final int WARM_UP_PART = 10;

  /**
   * The rate of a step.
   *
   * @param step counted from 0
   */
  double rate(int step) {
    int warmUp = Math.max(1, steps / WARM_UP_PART);
    double up = (step + 1.0) / warmUp;
    double down = (double) (steps - step) / Math.max(1, steps - warmUp);
    return peak * Math.min(1, Math.min(up, down));
  }
}
