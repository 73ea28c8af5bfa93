package dev.questream.lab.distil;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * Which questions are learnt from, and which are not: none is on both sides.
 *
 * @param questionsSha256 of the plain content of {@code --questions}
 * @param common questions that were left out of the training because they are held out
 * @param repeated questions that are learnt from and stand there a second time, or more often
 */
record Splits(
    QuestionSet training, QuestionSet heldOut, String questionsSha256, int common, int repeated) {

  /**
   * From two files, or from one by the seed.
   *
   * @throws FatalException if one side is empty
   */
  static Splits of(DistilOptions options) {
    QuestionSet all = QuestionSet.read(options.questions);
    if (options.heldOut != null) {
      return of(options, all, all.questions(), QuestionSet.read(options.heldOut));
    }
    List<QuestionAnswers> shuffled = new ArrayList<>(all.questions());
    Collections.shuffle(shuffled, new Random(options.seed));
    int share = (int) Math.round(options.heldOutShare * shuffled.size());
    return of(
        options,
        all,
        shuffled.subList(share, shuffled.size()),
        new QuestionSet(List.copyOf(shuffled.subList(0, share)), ""));
  }

  private static Splits of(
      DistilOptions options, QuestionSet all, List<QuestionAnswers> rest, QuestionSet heldOut) {
    if (heldOut.size() == 0) {
      throw new FatalException(
          ExitCode.USAGE,
          "--held-out-share %s of %,d questions is none; take more, or name a file with --held-out"
              .formatted(options.heldOutShare, all.size()));
    }
    Set<String> kept = new HashSet<>();
    heldOut.questions().forEach(question -> kept.add(form(question.question())));
    Set<String> seen = new HashSet<>();
    List<QuestionAnswers> training = new ArrayList<>();
    for (QuestionAnswers question : rest) {
      String form = form(question.question());
      if (!kept.contains(form)) {
        training.add(question);
        seen.add(form);
      }
    }
    if (training.isEmpty()) {
      throw new FatalException(
          ExitCode.USAGE,
          "there is no question left to learn from: of the %,d in %s, %,d are held out"
              .formatted(all.size(), options.questions, all.size()));
    }
    return new Splits(
        new QuestionSet(List.copyOf(training), ""),
        heldOut,
        all.sha256(),
        rest.size() - training.size(),
        training.size() - seen.size());
  }

  /**
   * What two questions have in common that ask the same: compatible characters, case, spaces and
   * punctuation at the end aside.
   */
  static String form(String question) {
    return Normalizer.normalize(question, Normalizer.Form.NFKC)
        .toLowerCase(Locale.ROOT)
        .replaceAll("[\\s\\p{Z}]+", " ")
        .strip()
        .replaceFirst("(?<=.)[\\p{P}\\s]+$", "");
  }
}
