package dev.questream.lab.retrieval.recall;

import dev.questream.lab.retrieval.QuestionSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Answer recall that was published for a model and a set of questions, in percent, at top 1, 5, 20,
 * 50 and 100.
 *
 * <p>Source: Yang and Seo, "Is Retriever Merely an Approximator of Reader?" (2020), as measured by
 * its authors with PyTorch 1.4.0 and transformers 4.5.0 over the 21,015,324 passages of {@code
 * psgs_w100.tsv}. A set of questions is known by the SHA-256 of its plain file, so that an edited
 * or cut one is never compared.
 *
 * @param set what the questions are called
 * @param percent recall by k
 */
public record PublishedRecall(String set, Map<Integer, Double> percent) {
  /** Passages that the published figures were measured over. */
  public static final int PASSAGES = 21_015_324;

  private static final List<Integer> KS = List.of(1, 5, 20, 50, 100);
  private static final String DEV = "TriviaQA dev";
  private static final String TEST = "TriviaQA test";

  /** By the SHA-256 of {@code biencoder/trivia} question files as DPR distributes them. */
  private static final Map<String, String> SETS =
      Map.of(
          "79e7ea851bb5ca6ebbfd6c760d032064d324166d46b8ffaf70e0fb733186ed2a", DEV,
          "041ed9ddd2977c7fe452d290cf60e1f7e0a803977b0f912e234d218261c10e57", TEST);

  private static final String RDR = "soheeyang/rdr-%s_encoder-single-trivia-base";
  private static final String DPR = "soheeyang/dpr-%s_encoder-single-trivia-base";

  private static final Map<String, Map<String, PublishedRecall>> BY_MODEL =
      Map.of(
          RDR.formatted("question"),
              Map.of(
                  DEV, of(DEV, 61.84, 75.93, 82.56, 85.35, 87.00),
                  TEST, of(TEST, 62.56, 75.92, 82.52, 85.64, 87.26)),
          DPR.formatted("question"),
              Map.of(
                  DEV, of(DEV, 54.27, 71.11, 79.53, 82.72, 85.07),
                  TEST, of(TEST, 54.41, 70.99, 79.31, 82.90, 84.99)));

  private static PublishedRecall of(String set, double... percent) {
    Map<Integer, Double> byK = new TreeMap<>();
    for (int i = 0; i < percent.length; i++) {
      byK.put(KS.get(i), percent[i]);
    }
    return new PublishedRecall(set, byK);
  }

  /** What was published for a model on exactly these questions. */
  public static Optional<PublishedRecall> of(String modelId, QuestionSet questions) {
    return Optional.ofNullable(SETS.get(questions.sha256()))
        .flatMap(set -> Optional.ofNullable(BY_MODEL.getOrDefault(modelId, Map.of()).get(set)));
  }
}
