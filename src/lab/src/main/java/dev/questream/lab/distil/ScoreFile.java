package dev.questream.lab.distil;

import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.Passage;
import dev.questream.lab.retrieval.ScoreLine;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Scores from a file, a {@link ScoreLine} for each. Of several scores of a pair the last counts.
 */
final class ScoreFile implements Teacher {
  private static final KnownScores NONE = new KnownScores();

  private final Map<String, KnownScores> scores = new HashMap<>();
  private int repeated;

  private ScoreFile() {}

  /**
   * Reads a file.
   *
   * @throws DataException if it is missing, empty or damaged; the message has the line
   */
  static ScoreFile read(Path file) {
    ScoreFile read = new ScoreFile();
    Map<String, String> ids = new HashMap<>(); // each once
    ScoreLine.readAll(file, line -> read.take(line, ids));
    if (read.scores.isEmpty()) {
      throw new DataException(file + " holds no scores");
    }
    return read;
  }

  private void take(ScoreLine line, Map<String, String> ids) {
    KnownScores known = scores.computeIfAbsent(line.question(), text -> new KnownScores());
    String id = ids.computeIfAbsent(line.passage(), passage -> passage);
    repeated += known.put(id, (float) line.score()) ? 0 : 1;
  }

  /** Pairs that have a score. */
  long size() {
    return scores.values().stream().mapToLong(KnownScores::size).sum();
  }

  /** Lines that scored a pair again: the last one counts. */
  int repeated() {
    return repeated;
  }

  /**
   * What no run asks for.
   *
   * @param questions that are not known
   * @param scoresOfQuestions their scores
   * @param passages scores of passages that are not known
   */
  record Unknown(int questions, long scoresOfQuestions, long passages) {}

  /** Counts what is not known. */
  Unknown unknown(Predicate<String> isQuestion, Predicate<String> isPassage) {
    int questions = 0;
    long ofQuestions = 0;
    long passages = 0;
    for (Map.Entry<String, KnownScores> each : scores.entrySet()) {
      if (!isQuestion.test(each.getKey())) {
        questions++;
        ofQuestions += each.getValue().size();
      }
      passages += each.getValue().ids().filter(isPassage.negate()).count();
    }
    return new Unknown(questions, ofQuestions, passages);
  }

  @Override
  public float[] scores(String question, List<Passage> candidates) {
    KnownScores known = scores.getOrDefault(question.strip(), NONE);
    float[] found = new float[candidates.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = known.of(candidates.get(i).id());
    }
    return found;
  }
}
