package dev.questream.lab.distil;

import dev.questream.engine.TorchTrainer;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Questions that are not learnt from: their recall says whether learning helps. */
record HeldOut(Pupils pupils, Library library) {
  private static final List<Integer> DEPTHS = List.of(1, 5, 20, 100);

  /** Recall by what a trainer has learnt so far. */
  AnswerRecall recall(TorchTrainer trainer, Stop stop) throws IOException {
    return AnswerRecall.of(
        library.judge(
            pupils, library.search(pupils, trainer, 100, stop), (position, passage) -> {}, stop));
  }

  /** The mean of one over the rank of the first passage with an answer: what epochs compare. */
  static double reciprocalRank(AnswerRecall recall) {
    double sum = 0;
    for (int hit : recall.firstHits()) {
      sum += hit > 0 ? 1.0 / hit : 0;
    }
    return sum / recall.questions();
  }

  /** In words, in percent. */
  static String worded(AnswerRecall recall) {
    String depths =
        DEPTHS.stream()
            .map(k -> String.format(Locale.ROOT, "@%d %.2f", k, 100 * recall.at(k)))
            .collect(Collectors.joining(" "));
    return String.format(Locale.ROOT, "recall %s, MRR %.4f", depths, reciprocalRank(recall));
  }
}
