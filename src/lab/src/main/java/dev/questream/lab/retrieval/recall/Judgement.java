package dev.questream.lab.retrieval.recall;

import dev.questream.lab.retrieval.Passage;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.PassageFile;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import dev.questream.lab.retrieval.answer.PassageText;
import dev.questream.lab.retrieval.search.Ranking;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Which of the passages that were found have an answer. The passage file is read once from start to
 * end, and each passage that was found for some question is looked at once.
 *
 * @param hasAnswer for each question, for each of its passages in order
 */
@SuppressWarnings("ArrayRecordComponent") // a large table; not compared
public record Judgement(boolean[][] hasAnswer) {
  private static final int BATCH = 512;

  /** Is shown every passage that was found, once, in passage order. */
  @FunctionalInterface
  public interface Visitor {
    void visit(int position, Passage passage) throws IOException;
  }

  /**
   * Judges rankings.
   *
   * @param matchers one for each ranking
   * @param visitor is called on the calling thread
   * @param progress is told the number of passages read
   */
  public static Judgement of(
      PassageCollection passages,
      List<Ranking> rankings,
      List<AnswerMatcher> matchers,
      Visitor visitor,
      LongConsumer progress)
      throws IOException {
    boolean[][] hasAnswer = new boolean[rankings.size()][];
    for (int question = 0; question < hasAnswer.length; question++) {
      hasAnswer[question] = new boolean[rankings.get(question).size()];
    }
    long[] wanted = wanted(rankings);
    List<Found> batch = new ArrayList<>();
    try (PassageFile file = passages.open()) {
      int position = 0;
      for (int next = 0; next < wanted.length; ) {
        int at = (int) (wanted[next] >>> Integer.SIZE);
        file.skip(at - position);
        Passage passage = file.next();
        position = at + 1;
        int end = next;
        while (end < wanted.length && (int) (wanted[end] >>> Integer.SIZE) == at) {
          end++;
        }
        visitor.visit(at, passage);
        batch.add(new Found(passage, at, Arrays.copyOfRange(wanted, next, end)));
        next = end;
        if (batch.size() == BATCH || next == wanted.length) {
          batch.parallelStream().forEach(found -> found.judge(rankings, matchers, hasAnswer));
          batch.clear();
        }
        progress.accept(position);
      }
    }
    return new Judgement(hasAnswer);
  }

  /** Position and question of everything found, by position. */
  private static long[] wanted(List<Ranking> rankings) {
    int size = rankings.stream().mapToInt(Ranking::size).sum();
    long[] wanted = new long[size];
    int next = 0;
    for (int question = 0; question < rankings.size(); question++) {
      for (int position : rankings.get(question).positions()) {
        wanted[next++] = ((long) position << Integer.SIZE) | question;
      }
    }
    Arrays.parallelSort(wanted);
    return wanted;
  }

  /** A passage and the questions that it was found for. */
  private record Found(Passage passage, int position, long[] wantedBy) {

    void judge(List<Ranking> rankings, List<AnswerMatcher> matchers, boolean[][] hasAnswer) {
      PassageText text = new PassageText(passage.id(), passage.text());
      for (long wanted : wantedBy) {
        int question = (int) wanted;
        if (matchers.get(question).matches(text)) {
          int[] positions = rankings.get(question).positions();
          for (int rank = 0; rank < positions.length; rank++) {
            hasAnswer[question][rank] |= positions[rank] == position;
          }
        }
      }
    }
  }
}
