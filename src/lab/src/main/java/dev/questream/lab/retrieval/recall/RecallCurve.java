package dev.questream.lab.retrieval.recall;

import dev.questream.lab.plot.Axis;
import dev.questream.lab.plot.SvgPlot;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Recall over k of one or several models, as comma-separated values and as a picture.
 *
 * @param names of the models
 * @param recalls theirs, on the same questions
 * @param maxK the last k
 */
public record RecallCurve(List<String> names, List<AnswerRecall> recalls, int maxK) {
  private static final List<String> COLORS = List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd");

  public RecallCurve {
    names = List.copyOf(names);
    recalls = List.copyOf(recalls);
  }

  /** One row for each k from 1, one column of fractions for each model, RFC 4180. */
  public String csv() {
    StringBuilder csv = new StringBuilder("k");
    names.forEach(name -> csv.append(",\"").append(name.replace("\"", "\"\"")).append('"'));
    csv.append('\n');
    for (int k = 1; k <= maxK; k++) {
      csv.append(k);
      for (AnswerRecall recall : recalls) {
        csv.append(String.format(Locale.ROOT, ",%.6f", recall.at(k)));
      }
      csv.append('\n');
    }
    return csv.toString();
  }

  /** A line for each model over a logarithmic axis of k. */
  public String svg(String title) {
    SvgPlot plot =
        new SvgPlot(
            title,
            Axis.logarithmic("passages looked at (k)", maxK),
            Axis.linear("answer recall, %", 100),
            SvgPlot.Legend.INSIDE);
    double[] ks = IntStream.rangeClosed(1, maxK).asDoubleStream().toArray();
    for (int i = 0; i < recalls.size(); i++) {
      AnswerRecall recall = recalls.get(i);
      double[] percent = DoubleStream.of(ks).map(k -> 100 * recall.at((int) k)).toArray();
      plot.line(names.get(i), COLORS.get(i % COLORS.size()), ks, percent);
    }
    return plot.svg();
  }
}
