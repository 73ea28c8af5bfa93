package dev.questream.lab.distil;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.questream.app.io.Json;
import dev.questream.lab.retrieval.recall.RecallComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a run came to: the best epoch beside the model as it was.
 *
 * @param questions that were learnt from
 * @param depths of recall
 * @param best of the epochs, by the mean reciprocal rank
 * @param difference best minus before, at each depth
 */
record TrainingReport(
    int questions,
    TrainingLog log,
    List<Integer> depths,
    TrainingLog.Epoch best,
    List<RecallComparison> difference) {
  private static final int COLUMN = 9;

  /**
   * Reports a run of one epoch or more.
   *
   * @param seed of the bootstrap
   */
  static TrainingReport of(int questions, TrainingLog log, List<Integer> depths, long seed) {
    List<TrainingLog.Epoch> epochs = log.epochs();
    TrainingLog.Epoch best =
        epochs.stream()
            .skip(1)
            .max(
                Comparator.comparingDouble(TrainingLog.Epoch::reciprocalRank)
                    .thenComparing(TrainingLog.Epoch::epoch, Comparator.reverseOrder()))
            .orElseThrow();
    List<RecallComparison> difference =
        depths.stream()
            .map(k -> RecallComparison.of(best.recall(), epochs.get(0).recall(), k, seed))
            .toList();
    return new TrainingReport(questions, log, depths, best, difference);
  }

  TrainingLog.Epoch before() {
    return log.epochs().get(0);
  }

  /** Whether the best epoch is better than what was before. */
  boolean better() {
    return best.reciprocalRank() > before().reciprocalRank();
  }

  /** Depths at which recall fell by more than chance explains. */
  List<Integer> worse() {
    return difference.stream().filter(each -> each.high() < 0).map(RecallComparison::k).toList();
  }

  /** The whole as lines for people, in percent. */
  String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%nrecall of %,d held-out questions in %%, before and after epoch %d of %d%n%n",
            before().recall().questions(),
            best.epoch(),
            log.epochs().size() - 1));
    row(text, "", each -> "@" + each.k(), "MRR");
    row(text, "before", each -> percent(before().recall().at(each.k())), rank(before()));
    row(text, "after", each -> percent(best.recall().at(each.k())), rank(best));
    row(text, "difference", each -> signed(each.difference()), "");
    row(text, "95% from", each -> signed(each.low()), "");
    row(text, "95% to", each -> signed(each.high()), "");
    text.append(
        String.format(Locale.ROOT, "(%,d paired bootstrap samples)%n", RecallComparison.SAMPLES));
    if (!worse().isEmpty()) {
      text.append("worse than before, beyond chance: ")
          .append(worse().stream().map(k -> "@" + k).collect(Collectors.joining(" ")))
          .append('\n');
    }
    return text.toString();
  }

  private void row(
      StringBuilder text, String name, Function<RecallComparison, String> cell, String last) {
    StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-12s", name));
    difference.forEach(
        each -> row.append(String.format(Locale.ROOT, "%" + COLUMN + "s", cell.apply(each))));
    row.append(String.format(Locale.ROOT, "%" + COLUMN + "s", last));
    text.append(row.toString().stripTrailing()).append('\n');
  }

  /** A share in percent. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  /** A difference of shares in percent, with its sign. */
  static String signed(double share) {
    return String.format(Locale.ROOT, "%+.2f", 100 * share);
  }

  private static String rank(TrainingLog.Epoch epoch) {
    return String.format(Locale.ROOT, "%.4f", epoch.reciprocalRank());
  }

  /**
   * An epoch for programs.
   *
   * @param loss null before
   * @param recall by k, shares between 0 and 1
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record EpochJson(int epoch, Double loss, Map<Integer, Double> recall, double mrr) {
    static EpochJson of(TrainingLog.Epoch epoch, List<Integer> depths) {
      Map<Integer, Double> recall = new LinkedHashMap<>();
      depths.forEach(k -> recall.put(k, epoch.recall().at(k)));
      return new EpochJson(
          epoch.epoch(), epoch.epoch() == 0 ? null : epoch.loss(), recall, epoch.reciprocalRank());
    }
  }

  /** The document for programs. */
  record Document(
      int questions,
      int heldOut,
      int steps,
      List<EpochJson> epochs,
      int bestEpoch,
      boolean better,
      List<RecallComparison> difference) {}

  /** The whole for programs. */
  String json() {
    return Json.indented(
            new Document(
                questions,
                before().recall().questions(),
                log.steps().size(),
                log.epochs().stream().map(epoch -> EpochJson.of(epoch, depths)).toList(),
                best.epoch(),
                better(),
                difference))
        + "\n";
  }

  /** Writes the curves into a folder. */
  void write(Path folder) throws IOException {
    Files.writeString(folder.resolve("training.csv"), log.stepsCsv());
    Files.writeString(folder.resolve("recall.csv"), log.epochsCsv(depths));
    Files.writeString(folder.resolve("training.svg"), TrainingPlot.of(log, depths));
  }
}
