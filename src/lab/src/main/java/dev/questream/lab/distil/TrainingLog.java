package dev.questream.lab.distil;

import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What happened in a run, step by step and epoch by epoch.
 *
 * @param epochs the first is what was before
 */
record TrainingLog(List<Step> steps, List<Epoch> epochs) {
  TrainingLog {
    steps = List.copyOf(steps);
    epochs = List.copyOf(epochs);
  }

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

  /**
   * What came to a state.
   *
   * @param schedule the rates of its steps
   * @param epochs that they are for
   */
  static TrainingLog of(TrainingState state, LearningSchedule schedule, int epochs) {
    int stepsOfEpoch = schedule.steps() / epochs;
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < state.steps(); i++) {
      steps.add(new Step(i + 1, i / stepsOfEpoch + 1, schedule.rate(i), state.losses().get(i)));
    }
    List<Epoch> through = new ArrayList<>();
    through.add(new Epoch(0, Double.NaN, state.before()));
    for (TrainingState.Epoch epoch : state.epochs()) {
      through.add(new Epoch(through.size(), epoch.loss(), epoch.recall()));
    }
    return new TrainingLog(steps, through);
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
