package dev.questream.lab.retrieval.recall;

/**
 * Answer recall as DPR computes it: the share of the questions for which one of the first k
 * passages has an answer.
 *
 * @param firstHits for each question the rank, counted from 1, of the first passage with an answer;
 *     0 if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // as many as there are questions
public record AnswerRecall(int[] firstHits) {

  /** Takes the first hits of judged rankings. */
  public static AnswerRecall of(Judgement judgement) {
    boolean[][] hasAnswer = judgement.hasAnswer();
    int[] firstHits = new int[hasAnswer.length];
    for (int question = 0; question < firstHits.length; question++) {
      for (int rank = hasAnswer[question].length; rank > 0; rank--) {
        if (hasAnswer[question][rank - 1]) {
          firstHits[question] = rank;
        }
      }
    }
    return new AnswerRecall(firstHits);
  }

  public int questions() {
    return firstHits.length;
  }

  /** Whether one of the first k passages answers a question. */
  public boolean answered(int question, int k) {
    return firstHits[question] > 0 && firstHits[question] <= k;
  }

  /** Questions that one of the first k passages answers. */
  public int answered(int k) {
    int answered = 0;
    for (int question = 0; question < firstHits.length; question++) {
      answered += answered(question, k) ? 1 : 0;
    }
    return answered;
  }

  /** The recall at k, between 0 and 1. */
  public double at(int k) {
    return (double) answered(k) / questions();
  }
}
