package dev.questream.lab.retrieval.search;

import dev.questream.app.io.DataException;
import dev.questream.engine.InnerProducts;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Exact search: every passage is scored with every question. Passages stream through once, in
 * blocks that workers take in turn; each worker keeps the best of what it has seen.
 *
 * <p>All blocks are multiplied in one shape, the last one filled up, so that a passage's score does
 * not depend on where it stands.
 *
 * <p><b>Threading:</b> {@link #run} blocks its caller; the reader is used by one worker at a time.
 */
public final class ExactSearch {
  private final SearchPlan plan;
  private final int questions;
  private final int dimensions;
  private final VectorReader passages;
  private final LongConsumer progress;
  private long searched; // guarded by this

  private ExactSearch(
      SearchPlan plan,
      int questions,
      int dimensions,
      VectorReader passages,
      LongConsumer progress) {
    this.plan = plan;
    this.questions = questions;
    this.dimensions = dimensions;
    this.passages = passages;
    this.progress = progress;
  }

  /**
   * Finds the passages with the greatest inner products.
   *
   * @param vectors of the questions, [questions, dimensions], row after row. A row with a NaN finds
   *     nothing
   * @param progress is told the number of passages searched so far, by any worker
   * @return one ranking for each question
   * @throws DataException if passages and questions have different dimensions, or what the reader
   *     throws
   */
  public static List<Ranking> run(
      SearchPlan plan,
      float[] vectors,
      int dimensions,
      VectorReader passages,
      InnerProducts.Factory factory,
      LongConsumer progress) {
    if (passages.dimensions() != dimensions) {
      throw new DataException(
          ("the passage vectors have %d dimensions and the question vectors %d;"
                  + " name the passage encoder that belongs to the question encoder")
              .formatted(passages.dimensions(), dimensions));
    }
    int questions = vectors.length / dimensions;
    ExactSearch search = new ExactSearch(plan, questions, dimensions, passages, progress);
    try (InnerProducts products = factory.of(vectors, dimensions)) {
      BestPassages best = search.byAllWorkers(products);
      List<Ranking> rankings = new ArrayList<>(questions);
      for (int question = 0; question < questions; question++) {
        rankings.add(best.ranking(question));
      }
      return rankings;
    }
  }

  private BestPassages byAllWorkers(InnerProducts products) {
    ExecutorService workers = Executors.newFixedThreadPool(plan.workers());
    try {
      List<Future<BestPassages>> futures = new ArrayList<>();
      for (int i = 0; i < plan.workers(); i++) {
        futures.add(workers.submit(() -> work(products)));
      }
      BestPassages all = null;
      for (Future<BestPassages> future : futures) {
        BestPassages one = future.get();
        if (all == null) {
          all = one;
        } else {
          all.merge(one);
        }
      }
      return all;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException("the search failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while searching", e);
    } finally {
      stop(workers);
    }
  }

  /** The products must not be closed under a worker that still multiplies. */
  private static void stop(ExecutorService workers) {
    workers.shutdownNow();
    boolean interrupted = false;
    while (!workers.isTerminated()) {
      try {
        workers.awaitTermination(1, java.util.concurrent.TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private BestPassages work(InnerProducts products) {
    BestPassages best = new BestPassages(questions, plan.topK());
    float[] block = new float[Math.multiplyExact(plan.blockPassages(), dimensions)];
    int[] positions = new int[plan.blockPassages()];
    float[] row = new float[plan.blockPassages()];
    try (InnerProducts.Session session = products.openSession()) {
      int rows = read(block, positions);
      while (rows > 0 && !Thread.currentThread().isInterrupted()) {
        session.load(block, plan.blockPassages()); // what lies behind the last row is not looked at
        for (int from = 0; from < questions; from += plan.chunkQuestions()) {
          int to = Math.min(questions, from + plan.chunkQuestions());
          FloatBuffer scores = session.scores(from, to);
          for (int question = from; question < to; question++) {
            scores.get((question - from) * plan.blockPassages(), row, 0, rows);
            best.offer(question, row, positions, rows);
          }
        }
        report(rows);
        rows = read(block, positions);
      }
    }
    return best;
  }

  private int read(float[] block, int[] positions) {
    synchronized (passages) {
      return passages.read(block, positions);
    }
  }

  private synchronized void report(int rows) {
    searched += rows;
    progress.accept(searched);
  }
}
