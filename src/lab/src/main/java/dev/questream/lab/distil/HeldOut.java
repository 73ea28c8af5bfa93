package dev.questream.lab.distil;

import dev.questream.engine.TorchTrainer;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Questions that are not learnt from: their recall says whether learning helps. */
record HeldOut(Pupils pupils, Library library) {
  private static final List<Integer> DEPTHS = List.of(1, 5, 20, 50, 100);

  /** Of recall; no deeper than there are passages. */
  List<Integer> depths() {
    List<Integer> possible = DEPTHS.stream().filter(k -> k <= library.passages().size()).toList();
    return possible.isEmpty() ? List.of(1) : possible;
  }

  /** Recall by what a trainer has learnt so far. */
  AnswerRecall recall(TorchTrainer trainer, Stop stop) throws IOException {
    return AnswerRecall.of(
        library.judge(
            pupils, library.search(pupils, trainer, 100, stop), (position, passage) -> {}, stop));
  }

  /**
   * The mean of one over the rank of the first passage with an answer: what epochs compare. It is
   * one number of all ranks, most of it made by the first ones, where a teacher helps most; recall
   * at one depth sees only who crosses it, and is too coarse for few questions.
   */
  static double reciprocalRank(AnswerRecall recall) {
    double sum = 0;
    for (int hit : recall.firstHits()) {
      sum += hit > 0 ? 1.0 / hit : 0;
    }
    return sum / recall.questions();
  }

  /** In words, in percent. */
  String worded(AnswerRecall recall) {
    String depths =
        depths().stream()
            .map(k -> String.format(Locale.ROOT, "@%d %.2f", k, 100 * recall.at(k)))
            .collect(Collectors.joining(" "));
    return String.format(Locale.ROOT, "recall %s, MRR %.4f", depths, reciprocalRank(recall));
  }
}
