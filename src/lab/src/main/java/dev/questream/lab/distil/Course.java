package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.engine.Lesson;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.retrieval.Passage;
import dev.questream.lab.retrieval.PassageSpool;
import dev.questream.lab.retrieval.recall.Judgement;
import dev.questream.lab.retrieval.search.Ranking;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the teacher says of the candidates of every question: the first passages that the encoder
 * found before it learnt anything. Questions without two different scores teach nothing and are
 * left out.
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
   * What it is made of, and what keeps it.
   *
   * @param topK candidates of each question
   * @param folder of its files, from which a later run goes on
   */
  record Making(Pupils pupils, Library library, int topK, Path folder) {
    private List<Ranking> rankings(TorchTrainer trainer, Stop stop) throws IOException {
      Path file = folder.resolve("candidates");
      if (Files.exists(file)) {
        return CandidatePositions.read(file);
      }
      List<Ranking> rankings = library.search(pupils, trainer, topK, stop);
      CandidatePositions.write(file, rankings);
      return rankings;
    }
  }

  /**
   * Asks the teacher.
   *
   * @param trainer that has learnt nothing yet
   * @param kept whether the scores are kept in a file
   */
  static Course of(
      Making making,
      TorchTrainer trainer,
      Teacher teacher,
      boolean kept,
      Stop stop,
      Console console)
      throws IOException {
    Pupils pupils = making.pupils();
    Library library = making.library();
    List<Ranking> rankings = making.rankings(trainer, stop);
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    List<Item> items = new ArrayList<>();
    try (PassageSpool spool = new PassageSpool(temporary);
        KeptScores file = kept ? KeptScores.open(making.folder().resolve("scores.jsonl")) : null) {
      Judgement judgement =
          library.judge(pupils, rankings, (at, passage) -> add(spool, at, passage), stop);
      List<float[]> scores =
          new Scoring(pupils, rankings, spool, stop, console)
              .scores(teacher, library.workers(), file);
      console.out().println(Coverage.of(scores));
      for (int i = 0; i < pupils.size(); i++) {
        add(items, pupils.ids().get(i), rankings.get(i), scores.get(i), judgement.hasAnswer()[i]);
      }
    }
    try (VectorReader reader = library.vectors().reader()) {
      Path file = making.folder().resolve("vectors");
      return new Course(items, CandidateVectors.of(rankings, reader, file));
    }
  }

  private static void add(PassageSpool spool, int position, Passage passage) throws IOException {
    try {
      spool.add(position, passage);
    } catch (IOException e) {
      throw new IOException(
          "the candidates' texts cannot be written into %s (%s); make room there, or set java.io.tmpdir in JAVA_OPTS"
              .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()),
          e);
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
    if (Coverage.teaches(scores)) {
      items.add(
          new Item(
              ids,
              Arrays.copyOf(positions, known),
              Arrays.copyOf(knownScores, known),
              Arrays.copyOf(knownHits, known)));
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

  /** Candidates of a question that the teacher knows. */
  int candidates(int index) {
    return items.get(index).positions().length;
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
