package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.app.console.Progress;
import dev.questream.lab.retrieval.Passage;
import dev.questream.lab.retrieval.PassageSpool;
import dev.questream.lab.retrieval.search.Ranking;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Asks a teacher of every question's candidates, by several threads; what is kept in a file is not
 * asked again.
 */
final class Scoring {
  private final Pupils pupils;
  private final List<Ranking> rankings;
  private final PassageSpool spool;
  private final Stop stop;
  private final Console console;

  Scoring(Pupils pupils, List<Ranking> rankings, PassageSpool spool, Stop stop, Console console) {
    this.pupils = pupils;
    this.rankings = rankings;
    this.spool = spool;
    this.stop = stop;
    this.console = console;
  }

  /** A question under way. */
  private record Asked(String question, List<Passage> candidates, Future<float[]> scores) {}

  /**
   * The scores of each question's candidates.
   *
   * @param kept null where the teacher is so quick that nothing is kept
   */
  List<float[]> scores(Teacher teacher, int workers, KeptScores kept) throws IOException {
    List<float[]> scores = new ArrayList<>();
    while (kept != null && scores.size() < pupils.size()) {
      int next = scores.size();
      float[] known = kept.next(question(next), candidates(next));
      if (known == null) {
        break;
      }
      scores.add(known);
    }
    if (!scores.isEmpty() && scores.size() < pupils.size()) {
      console
          .err()
          .printf("%,d of %,d questions have scores; continuing%n", scores.size(), pupils.size());
    }
    ask(teacher, workers, kept, scores);
    return scores;
  }

  private void ask(Teacher teacher, int workers, KeptScores kept, List<float[]> scores)
      throws IOException {
    int known = scores.size();
    Progress progress = console.progress("asking the teacher", pupils.size() - known);
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      ArrayDeque<Asked> underWay = new ArrayDeque<>(); // few texts in memory
      for (int i = known; i < pupils.size() || !underWay.isEmpty(); ) {
        if (i < pupils.size() && underWay.size() < 2 * workers) {
          String question = question(i);
          List<Passage> candidates = candidates(i++);
          Future<float[]> future = threads.submit(() -> teacher.scores(question, candidates));
          underWay.add(new Asked(question, candidates, future));
        } else {
          Asked first = underWay.remove();
          float[] found = first.scores().get();
          if (kept != null) {
            kept.add(first.question(), first.candidates(), found);
          }
          scores.add(found);
          progress.at(scores.size() - known, "");
          stop.check();
        }
      }
      progress.done();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the teacher was asked", e);
    } finally {
      end(threads);
    }
  }

  /** A reader must not be closed under a thread that asks it. */
  private static void end(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private String question(int index) {
    return pupils.questions().get(index).question().strip();
  }

  private List<Passage> candidates(int index) throws IOException {
    List<Passage> candidates = new ArrayList<>();
    for (int position : rankings.get(index).positions()) {
      candidates.add(spool.read(position));
    }
    return candidates;
  }
}
