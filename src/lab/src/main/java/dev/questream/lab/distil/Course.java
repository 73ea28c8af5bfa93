package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.app.console.Progress;
import dev.questream.engine.Lesson;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.retrieval.Passage;
import dev.questream.lab.retrieval.PassageSpool;
import dev.questream.lab.retrieval.recall.Judgement;
import dev.questream.lab.retrieval.search.Ranking;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What the teacher says of the candidates of every question: the first passages that the encoder
 * found before it learnt anything. Questions with fewer than two scored candidates teach nothing
 * and are left out.
 */
final class Course implements AutoCloseable {
  private final List<Item> items;
  private final CandidateVectors vectors;

  /** A question, with the positions of its candidates. */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  private record Item(int[] ids, int[] positions, float[] scores, boolean[] hits) {}

  private Course(List<Item> items, CandidateVectors vectors) {
    this.items = items;
    this.vectors = vectors;
  }

  /**
   * Asks the teacher.
   *
   * @param topK candidates of each question
   */
  static Course of(
      Pupils pupils,
      TorchTrainer trainer,
      Library library,
      int topK,
      Teacher teacher,
      Console console)
      throws IOException {
    List<Ranking> rankings = library.search(pupils, trainer, topK);
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    List<Item> items = new ArrayList<>();
    try (PassageSpool spool = new PassageSpool(temporary)) {
      Judgement judgement = library.judge(pupils, rankings, spool::add);
      Progress progress = console.progress("asking the teacher", pupils.size());
      List<float[]> scores = scores(pupils, rankings, spool, teacher, library.workers(), progress);
      progress.done();
      console.out().println(Coverage.of(scores));
      for (int i = 0; i < pupils.size(); i++) {
        add(items, pupils.ids().get(i), rankings.get(i), scores.get(i), judgement.hasAnswer()[i]);
      }
    }
    try (VectorReader reader = library.vectors().reader()) {
      return new Course(items, CandidateVectors.of(rankings, reader));
    }
  }

  private static List<float[]> scores(
      Pupils pupils,
      List<Ranking> rankings,
      PassageSpool spool,
      Teacher teacher,
      int workers,
      Progress progress)
      throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      List<Future<float[]>> futures = new ArrayList<>();
      List<float[]> scores = new ArrayList<>();
      for (int i = 0; i < pupils.size(); i++) {
        String question = pupils.questions().get(i).question().strip();
        List<Passage> candidates = new ArrayList<>();
        for (int position : rankings.get(i).positions()) {
          candidates.add(spool.read(position));
        }
        futures.add(threads.submit(() -> teacher.scores(question, candidates)));
        if (futures.size() == 2 * workers || i + 1 == pupils.size()) { // few texts in memory
          for (Future<float[]> future : futures) {
            scores.add(future.get());
            progress.at(scores.size(), "");
          }
          futures.clear();
        }
      }
      return scores;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the teacher was asked", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void add(
      List<Item> items, int[] ids, Ranking ranking, float[] scores, boolean[] hits) {
    int known = 0;
    int[] positions = new int[scores.length];
    float[] knownScores = new float[scores.length];
    boolean[] knownHits = new boolean[scores.length];
    for (int i = 0; i < scores.length; i++) {
      if (!Float.isNaN(scores[i])) {
        positions[known] = ranking.positions()[i];
        knownScores[known] = scores[i];
        knownHits[known++] = hits[i];
      }
    }
    if (known > 1) {
      items.add(
          new Item(
              ids,
              java.util.Arrays.copyOf(positions, known),
              java.util.Arrays.copyOf(knownScores, known),
              java.util.Arrays.copyOf(knownHits, known)));
    }
  }

  /** How many questions teach something. */
  int size() {
    return items.size();
  }

  /** Tokens of a question. */
  int tokens(int index) {
    return items.get(index).ids().length;
  }

  /** The lesson of a question. */
  Lesson lesson(int index) throws IOException {
    Item item = items.get(index);
    List<float[]> passages = new ArrayList<>();
    for (int position : item.positions()) {
      passages.add(vectors.read(position));
    }
    return new Lesson(item.ids(), passages, item.scores(), item.hits());
  }

  @Override
  public void close() throws IOException {
    vectors.close();
  }
}
