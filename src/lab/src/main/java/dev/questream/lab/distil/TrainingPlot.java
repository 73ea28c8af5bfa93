package dev.questream.lab.distil;

import dev.questream.lab.plot.Axis;
import dev.questream.lab.plot.SvgPlot;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A picture of a run: the loss of its steps, and below it the recall behind its epochs. */
final class TrainingPlot {
  private static final int POINTS = 400;
  private static final List<String> COLORS =
      List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b");

  private TrainingPlot() {}

  static String of(TrainingLog log, List<Integer> depths) {
    return SvgPlot.below(List.of(loss(log.steps()), recall(log.epochs(), depths)));
  }

  /** Of many steps, the means of as many as make a point. */
  private static SvgPlot loss(List<TrainingLog.Step> steps) {
    int width = (steps.size() + POINTS - 1) / POINTS;
    int points = (steps.size() + width - 1) / width;
    double[] xs = new double[points];
    double[] ys = new double[points];
    double highest = 0;
    for (int i = 0; i < points; i++) {
      List<TrainingLog.Step> part =
          steps.subList(i * width, Math.min(steps.size(), (i + 1) * width));
      xs[i] = part.get(part.size() - 1).step();
      ys[i] = part.stream().mapToDouble(TrainingLog.Step::loss).average().orElseThrow();
      highest = Math.max(highest, ys[i]);
    }
    SvgPlot plot =
        new SvgPlot(
            "Loss",
            Axis.whole("step", steps.get(steps.size() - 1).step()),
            Axis.linear("loss", highest),
            SvgPlot.Legend.BESIDE);
    plot.line(width == 1 ? "each step" : "mean of %,d".formatted(width), COLORS.get(0), xs, ys);
    return plot;
  }

  private static SvgPlot recall(List<TrainingLog.Epoch> epochs, List<Integer> depths) {
    SvgPlot plot =
        new SvgPlot(
            "Questions that are held out",
            Axis.whole("epoch (0: before)", epochs.size() - 1),
            Axis.linear("recall, %", 100),
            SvgPlot.Legend.BESIDE);
    double[] xs = epochs.stream().mapToDouble(TrainingLog.Epoch::epoch).toArray();
    for (int i = 0; i < depths.size(); i++) {
      int k = depths.get(i);
      plot.line("recall @" + k, COLORS.get(i), xs, percent(epochs, each -> each.recall().at(k)));
    }
    plot.line("MRR × 100", "#555555", xs, percent(epochs, TrainingLog.Epoch::reciprocalRank));
    return plot;
  }

  private static double[] percent(
      List<TrainingLog.Epoch> epochs, ToDoubleFunction<TrainingLog.Epoch> share) {
    return epochs.stream().mapToDouble(share).map(each -> 100 * each).toArray();
  }
}
