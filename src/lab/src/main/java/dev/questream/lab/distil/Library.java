package dev.questream.lab.distil;

import dev.questream.app.io.DataException;
import dev.questream.engine.TorchInnerProducts;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.evaluate.PassageVectors;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import dev.questream.lab.retrieval.recall.Judgement;
import dev.questream.lab.retrieval.search.ExactSearch;
import dev.questream.lab.retrieval.search.Ranking;
import dev.questream.lab.retrieval.search.SearchPlan;
import dev.questream.lab.retrieval.vector.PickledVectors;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.io.IOException;
import java.util.List;

/**
 * The passages, with vectors that stay as they are.
 *
 * @param passages their texts
 * @param vectors their vectors
 * @param match how answers are looked for
 * @param workers threads of the search
 */
record Library(
    PassageCollection passages, PassageVectors vectors, AnswerMatcher.Mode match, int workers) {
  private static final long SEARCH_MEMORY = 1 << 30;

  /**
   * The first k passages for each question, by what a trainer has learnt so far.
   *
   * @throws DataException if some passages have no vector
   */
  List<Ranking> search(Pupils pupils, TorchTrainer trainer, int topK) {
    float[] matrix = pupils.vectors(trainer);
    int dimensions = matrix.length / pupils.size();
    int depth = Math.min(topK, passages.size());
    SearchPlan plan = SearchPlan.of(SEARCH_MEMORY, pupils.size(), dimensions, depth, workers);
    try (VectorReader reader = vectors.reader()) {
      List<Ranking> rankings =
          ExactSearch.run(plan, matrix, dimensions, reader, TorchInnerProducts::new, count -> {});
      if (reader instanceof PickledVectors pickled && pickled.missing() > 0) {
        throw new DataException(
            "%,d of %,d passages have no vector in --passage-embeddings, and would never be found; take them out of %s, or name a folder where all are encoded"
                .formatted(pickled.missing(), passages.size(), passages.path()));
      }
      return rankings;
    }
  }

  /** Which of them have an answer. */
  Judgement judge(Pupils pupils, List<Ranking> rankings, Judgement.Visitor visitor)
      throws IOException {
    List<AnswerMatcher> matchers =
        pupils.questions().stream()
            .map(QuestionAnswers::answers)
            .map(answers -> AnswerMatcher.of(answers, match))
            .toList();
    return Judgement.of(passages, rankings, matchers, visitor, count -> {});
  }
}
