package dev.questream.lab.distil;

import dev.questream.app.io.DataException;
import dev.questream.engine.TorchInnerProducts;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.evaluate.PassageVectors;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import dev.questream.lab.retrieval.recall.Judgement;
import dev.questream.lab.retrieval.search.ExactSearch;
import dev.questream.lab.retrieval.search.Ranking;
import dev.questream.lab.retrieval.search.SearchPlan;
import dev.questream.lab.retrieval.vector.PickledVectors;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.io.IOException;
import java.util.ArrayList;
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
  private static final int HEAP_SHARE = 4;

  /**
   * The first k passages for each question, by what a trainer has learnt so far.
   *
   * @throws DataException if some passages have no vector
   */
  List<Ranking> search(Pupils pupils, TorchTrainer trainer, int topK, Stop stop) {
    long memory = Math.min(SEARCH_MEMORY, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    return search(pupils, trainer, topK, memory, stop);
  }

  /** The same within so many bytes: the passages are read as often as the questions need it. */
  List<Ranking> search(Pupils pupils, TorchTrainer trainer, int topK, long memory, Stop stop) {
    List<Ranking> rankings = new ArrayList<>();
    while (rankings.size() < pupils.size()) {
      try (VectorReader reader = vectors.reader()) {
        int dimensions = reader.dimensions();
        int depth = Math.min(topK, passages.size());
        int most = SearchPlan.questions(memory, dimensions, depth, workers);
        Pupils some = pupils.from(rankings.size(), most);
        float[] matrix = some.vectors(trainer);
        SearchPlan plan = SearchPlan.of(memory, some.size(), dimensions, depth, workers);
        rankings.addAll(
            ExactSearch.run(
                plan,
                matrix,
                matrix.length / some.size(),
                reader,
                TorchInnerProducts::new,
                count -> stop.check()));
        requireAll(reader);
      }
    }
    return rankings;
  }

  private void requireAll(VectorReader read) {
    if (read instanceof PickledVectors pickled && pickled.missing() > 0) {
      throw new DataException(
          "%,d of %,d passages have no vector in --passage-embeddings, and would never be found; take them out of %s, or name a folder where all are encoded"
              .formatted(pickled.missing(), passages.size(), passages.path()));
    }
  }

  /** Which of them have an answer. */
  Judgement judge(Pupils pupils, List<Ranking> rankings, Judgement.Visitor visitor, Stop stop)
      throws IOException {
    List<AnswerMatcher> matchers =
        pupils.questions().stream().map(question -> question.matcher(match)).toList();
    return Judgement.of(passages, rankings, matchers, visitor, count -> stop.check());
  }
}
