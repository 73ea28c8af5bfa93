package dev.questream.lab.retrieval.recall;

import dev.questream.lab.retrieval.QuestionSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Answer recall that was published for a model and a set of questions, in percent, at some of top
 * 1, 5, 20, 50 and 100.
 *
 * <p>Source: Yang and Seo, "Is Retriever Merely an Approximator of Reader?" (2020), as measured by
 * its authors with PyTorch 1.4.0 and transformers 4.5.0 over the 21,015,324 passages of {@code
 * psgs_w100.tsv}; of Natural Questions the model card of {@code
 * soheeyang/rdr-question_encoder-single-nq-base}.
 *
 * <p>TriviaQA's questions are known by the SHA-256 of the plain file, so that an edited or cut one
 * is never compared. Those of Natural Questions are known by the file's name and their number.
 *
 * @param set what the questions are called
 * @param byName whether the set was recognised without its content
 * @param percent recall by k
 */
public record PublishedRecall(String set, boolean byName, Map<Integer, Double> percent) {
  /** Passages that the published figures were measured over. */
  public static final int PASSAGES = 21_015_324;

  private static final List<Integer> KS = List.of(1, 5, 20, 50, 100);
  private static final double NONE = Double.NaN;
  private static final String TRIVIA_DEV = "TriviaQA dev";
  private static final String TRIVIA_TEST = "TriviaQA test";
  private static final String NQ_DEV = "NQ dev";
  private static final String NQ_TEST = "NQ test";

  /** By the SHA-256 of {@code biencoder/trivia} question files as DPR distributes them. */
  private static final Map<String, String> BY_CONTENT =
      Map.of(
          "79e7ea851bb5ca6ebbfd6c760d032064d324166d46b8ffaf70e0fb733186ed2a", TRIVIA_DEV,
          "041ed9ddd2977c7fe452d290cf60e1f7e0a803977b0f912e234d218261c10e57", TRIVIA_TEST);

  /** By what DPR calls the file, and {@code download_data.py} on disk. */
  private static final Map<String, String> BY_NAME =
      Map.of(
          "nq-dev.qa.csv", NQ_DEV,
          "nq-dev.csv", NQ_DEV,
          "nq-test.qa.csv", NQ_TEST,
          "nq-test.csv", NQ_TEST);

  private static final Map<String, Integer> QUESTIONS = Map.of(NQ_DEV, 8757, NQ_TEST, 3610);

  private static final Map<String, Map<String, Map<Integer, Double>>> BY_MODEL =
      Map.of(
          "soheeyang/rdr-question_encoder-single-trivia-base",
          Map.of(
              TRIVIA_DEV, percent(61.84, 75.93, 82.56, 85.35, 87.00),
              TRIVIA_TEST, percent(62.56, 75.92, 82.52, 85.64, 87.26)),
          "soheeyang/dpr-question_encoder-single-trivia-base",
          Map.of(
              TRIVIA_DEV, percent(54.27, 71.11, 79.53, 82.72, 85.07),
              TRIVIA_TEST, percent(54.41, 70.99, 79.31, 82.90, 84.99)),
          "soheeyang/rdr-question_encoder-single-nq-base",
          Map.of(
              NQ_DEV, percent(54.43, 72.17, 81.33, 84.8, 86.61),
              NQ_TEST, percent(54.29, 72.16, 82.8, 86.34, 88.2)),
          "facebook/dpr-question_encoder-single-nq-base",
          Map.of(
              NQ_DEV, percent(44.2, NONE, 76.9, 81.3, 84.2),
              NQ_TEST, percent(45.87, 68.14, 79.97, NONE, 85.87)));

  private static Map<Integer, Double> percent(double... percent) {
    Map<Integer, Double> byK = new TreeMap<>();
    for (int i = 0; i < percent.length; i++) {
      if (!Double.isNaN(percent[i])) {
        byK.put(KS.get(i), percent[i]);
      }
    }
    return byK;
  }

  /** What was published for a model on exactly these questions, as far as can be told. */
  public static Optional<PublishedRecall> of(String modelId, QuestionSet questions) {
    Map<String, Map<Integer, Double>> bySet = BY_MODEL.getOrDefault(modelId, Map.of());
    String known = BY_CONTENT.get(questions.sha256());
    String set = known == null ? named(questions) : known;
    return set == null || !bySet.containsKey(set)
        ? Optional.empty()
        : Optional.of(new PublishedRecall(set, known == null, bySet.get(set)));
  }

  private static String named(QuestionSet questions) {
    String set = BY_NAME.get(questions.name());
    return set != null && questions.size() == QUESTIONS.get(set) ? set : null;
  }
}
