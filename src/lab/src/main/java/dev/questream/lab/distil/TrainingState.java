package dev.questream.lab.distil;

import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a training is, between two steps.
 *
 * @param losses of all steps, the mean of a question
 * @param questions done in the epoch under way
 * @param lossSum of those
 * @param before the recall of what nothing was learnt to
 * @param epochs that are through
 * @param best the number of the epoch with the best recall, counted from 1; 0: none is better than
 *     before
 */
record TrainingState(
    List<Double> losses,
    int questions,
    double lossSum,
    AnswerRecall before,
    List<Epoch> epochs,
    int best) {
  TrainingState {
    losses = List.copyOf(losses);
    epochs = List.copyOf(epochs);
  }

  /**
   * An epoch.
   *
   * @param loss the mean of a question
   * @param recall behind it
   */
  record Epoch(double loss, AnswerRecall recall) {}

  static TrainingState begin(AnswerRecall before) {
    return new TrainingState(List.of(), 0, 0, before, List.of(), 0);
  }

  /** Steps that are done. */
  int steps() {
    return losses.size();
  }

  /** The number of the epoch under way, counted from 1. */
  int epoch() {
    return epochs.size() + 1;
  }

  /** The best recall so far. */
  AnswerRecall bestRecall() {
    return best == 0 ? before : epochs.get(best - 1).recall();
  }

  /** Behind another step. */
  TrainingState step(int batch, double loss) {
    List<Double> all = new ArrayList<>(losses);
    all.add(loss);
    return new TrainingState(all, questions + batch, lossSum + loss * batch, before, epochs, best);
  }

  /** Behind the epoch under way. */
  TrainingState epochDone(AnswerRecall recall) {
    List<Epoch> all = new ArrayList<>(epochs);
    all.add(new Epoch(lossSum / questions, recall));
    boolean better = HeldOut.reciprocalRank(recall) > HeldOut.reciprocalRank(bestRecall());
    return new TrainingState(losses, 0, 0, before, all, better ? all.size() : best);
  }
}
