package dev.questream.lab.distil;

import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What happened in a run, step by step and epoch by epoch. */
final class TrainingLog {
  private final List<Step> steps = new ArrayList<>();
  private final List<Epoch> epochs = new ArrayList<>();

  /**
   * A step.
   *
   * @param step from 1
   * @param epoch from 1
   * @param rate the learning rate
   * @param loss the mean of its questions, before it changed the weights
   */
  record Step(int step, int epoch, double rate, double loss) {}

  /**
   * An epoch.
   *
   * @param epoch from 1; 0: before anything was learnt
   * @param loss the mean of its questions; NaN before
   * @param recall of the questions that are held out, behind it
   */
  record Epoch(int epoch, double loss, AnswerRecall recall) {
    double reciprocalRank() {
      return HeldOut.reciprocalRank(recall);
    }
  }

  void add(Step step) {
    steps.add(step);
  }

  void add(Epoch epoch) {
    epochs.add(epoch);
  }

  List<Step> steps() {
    return List.copyOf(steps);
  }

  /** The first is what was before. */
  List<Epoch> epochs() {
    return List.copyOf(epochs);
  }

  /** A row for each step, RFC 4180. */
  String stepsCsv() {
    StringBuilder csv = new StringBuilder("step,epoch,rate,loss\n");
    for (Step step : steps) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%.8g,%.8g%n",
              step.step(),
              step.epoch(),
              step.rate(),
              step.loss()));
    }
    return csv.toString();
  }

  /** A row for each epoch, shares between 0 and 1, RFC 4180. */
  String epochsCsv(List<Integer> depths) {
    StringBuilder csv = new StringBuilder("epoch,loss");
    depths.forEach(k -> csv.append(",recall@").append(k));
    csv.append(",mrr\n");
    for (Epoch epoch : epochs) {
      csv.append(epoch.epoch()).append(',');
      if (epoch.epoch() > 0) {
        csv.append(String.format(Locale.ROOT, "%.8g", epoch.loss()));
      }
      depths.forEach(k -> csv.append(String.format(Locale.ROOT, ",%.6f", epoch.recall().at(k))));
      csv.append(String.format(Locale.ROOT, ",%.6f%n", epoch.reciprocalRank()));
    }
    return csv.toString();
  }
}
