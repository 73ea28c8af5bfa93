package dev.questream.lab.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * An axis of a plot.
 *
 * @param label what it shows
 * @param ticks values that are marked
 * @param place where a value stands: 0 at the beginning, 1 at the end
 */
public record Axis(String label, List<Double> ticks, DoubleUnaryOperator place) {
  private static final List<Integer> POWERS =
      List.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000);

  private static final int PARTS = 5;
  private static final MathContext SHOWN = new MathContext(6);

  public Axis {
    ticks = List.copyOf(ticks);
  }

  /** From 1 to n, the logarithm. */
  public static Axis logarithmic(String label, int n) {
    return new Axis(
        label,
        POWERS.stream().filter(tick -> tick <= n).map(Integer::doubleValue).toList(),
        value -> n == 1 ? 0.5 : Math.log(value) / Math.log(n));
  }

  /** From 0 to a value that is not negative. */
  public static Axis linear(String label, double last) {
    return linear(label, last, 0);
  }

  /** From 0 to n, marked at whole numbers. */
  public static Axis whole(String label, int n) {
    return linear(label, n, 1);
  }

  private static Axis linear(String label, double last, double smallest) {
    double end = last > 0 ? last : 1;
    double step = Math.max(smallest, step(end / PARTS));
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i * step <= end * (1 + 1e-9); i++) {
      ticks.add(i * step);
    }
    return new Axis(label, ticks, value -> value / end);
  }

  /** The first of 1, 2, 5 and 10 times a power of ten that is not less. */
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (int times : new int[] {1, 2, 5}) {
      if (times * power >= least * (1 - 1e-9)) {
        return times * power;
      }
    }
    return 10 * power;
  }

  /** A tick in words. */
  static String worded(double tick) {
    return new BigDecimal(tick).round(SHOWN).stripTrailingZeros().toPlainString();
  }
}
