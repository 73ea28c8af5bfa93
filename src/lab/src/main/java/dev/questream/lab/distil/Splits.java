package dev.questream.lab.distil;

import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Which questions are learnt from, and which are not. */
record Splits(QuestionSet training, QuestionSet heldOut) {

  /** From two files, or from one by the seed. */
  static Splits of(DistilOptions options) {
    QuestionSet all = QuestionSet.read(options.questions);
    if (options.heldOut != null) {
      return new Splits(all, QuestionSet.read(options.heldOut));
    }
    List<QuestionAnswers> shuffled = new ArrayList<>(all.questions());
    Collections.shuffle(shuffled, new Random(options.seed));
    int share = (int) Math.round(options.heldOutShare * shuffled.size());
    return new Splits(
        new QuestionSet(List.copyOf(shuffled.subList(share, shuffled.size())), ""),
        new QuestionSet(List.copyOf(shuffled.subList(0, share)), ""));
  }
}
