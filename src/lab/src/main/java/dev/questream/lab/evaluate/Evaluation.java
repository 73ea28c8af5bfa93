package dev.questream.lab.evaluate;

import dev.questream.app.console.Console;
import dev.questream.app.console.Progress;
import dev.questream.encoder.VectorShape;
import dev.questream.engine.TorchInnerProducts;
import dev.questream.lab.retrieval.PassageSpool;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.recall.Judgement;
import dev.questream.lab.retrieval.search.ExactSearch;
import dev.questream.lab.retrieval.search.Ranking;
import dev.questream.lab.retrieval.search.SearchPlan;
import dev.questream.lab.retrieval.vector.PickledVectors;
import dev.questream.lab.retrieval.vector.StorageType;
import dev.questream.lab.retrieval.vector.VectorReader;
import dev.questream.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Takes one contender from texts to recall: question vectors, passage vectors, search, judgement.
 */
public final class Evaluation {
  private final Task task;
  private final Settings settings;
  private final Console console;

  /**
   * How it is done.
   *
   * @param storage of passage vectors encoded here
   * @param shardPassages passages of a shard
   * @param searchMemory bytes that the search may take
   * @param shapes that vectors are measured in too
   */
  record Settings(StorageType storage, int shardPassages, long searchMemory, Shapes shapes) {}

  public Evaluation(Task task, Settings settings, Console console) {
    this.task = task;
    this.settings = settings;
    this.console = console;
  }

  /** Encodes the questions, or reads them from the topic. */
  public QuestionVectors questions(Contender contender) throws IOException {
    return contender.fromTopic()
        ? TopicVectors.read(contender.questions(), task.questions(), console)
        : QuestionVectors.encode(contender.questions(), task.questions(), console);
  }

  /**
   * Does the rest.
   *
   * @param results where DPR's result file goes, or empty for none
   */
  public Outcome run(Contender contender, QuestionVectors encoded, Optional<Path> results)
      throws IOException {
    PassageSource source = contender.passages();
    PassageVectors passages =
        source.open(
            task.passages(),
            new PassageVectors.Storage(settings.storage(), settings.shardPassages()),
            console);
    if (contender.fromTopic() || source.fromTopic()) {
      Pairing.require(encoded.provenance().model(), source, passages);
    }
    QuestionVectors questions =
        source.fromTopic() ? Pairing.inShapeOf(passages, contender, encoded) : encoded;
    List<VectorShape> shapes = settings.shapes().of(questions.provenance());
    List<Ranking> rankings = search(contender, questions, passages, own(questions, passages));
    AnswerRecall recall = judge(rankings, results);
    List<ShapeRecall> inShapes = new ArrayList<>();
    for (VectorShape shape : shapes) {
      List<Ranking> shaped = search(contender, questions.in(shape), passages, shape);
      inShapes.add(new ShapeRecall(shape, judge(shaped, Optional.empty())));
    }
    return new Outcome(
        questions,
        passages.provenance(),
        passages.path(),
        passages::reader,
        passages.rejected(),
        recall,
        inShapes);
  }

  /**
   * The questions' own shape for passages. Those of another model are not cut: where dimensions
   * differ, it does not belong to the questions.
   */
  private static VectorShape own(QuestionVectors questions, PassageVectors passages) {
    Optional<Provenance.Model> made = passages.provenance().map(Provenance::model);
    VectorShape shape = questions.shape();
    return made.equals(Optional.of(questions.provenance().model()))
        ? shape
        : new VectorShape(Integer.MAX_VALUE, shape.type());
  }

  private List<Ranking> search(
      Contender contender, QuestionVectors questions, PassageVectors passages, VectorShape shape) {
    try (VectorReader reader = passages.reader(shape)) {
      SearchPlan plan =
          SearchPlan.of(
              settings.searchMemory(),
              task.questions().size(),
              questions.dimensions(),
              task.maxK(),
              contender.passages().config().workers());
      Progress progress = console.progress("searching passages", task.passages().size());
      long start = System.nanoTime();
      List<Ranking> rankings =
          ExactSearch.run(
              plan,
              questions.matrix(),
              questions.dimensions(),
              reader,
              TorchInnerProducts::new,
              count -> progress.at(count, ""));
      progress.done();
      report(plan, (System.nanoTime() - start) / 1e9);
      reportMissing(reader);
      return rankings;
    }
  }

  private void report(SearchPlan plan, double seconds) {
    double scores = (double) task.questions().size() * task.passages().size();
    console
        .err()
        .printf(
            Locale.ROOT,
            "searched %,d passages with %,d questions in %.1f s, %.3g scores/s, %d workers, %,d"
                + " MiB%n",
            task.passages().size(),
            task.questions().size(),
            seconds,
            scores / seconds,
            plan.workers(),
            plan.bytes() >> 20);
  }

  private void reportMissing(VectorReader reader) {
    if (reader instanceof PickledVectors pickled && pickled.missing() > 0) {
      console
          .err()
          .printf(
              "%,d of %,d passages have no published vector and were not found%n",
              pickled.missing(), task.passages().size());
    }
  }

  private AnswerRecall judge(List<Ranking> rankings, Optional<Path> results) throws IOException {
    Progress progress = console.progress("looking for answers in passages", task.passages().size());
    if (results.isEmpty()) {
      Judgement judgement =
          Judgement.of(
              task.passages(),
              rankings,
              task.matchers(),
              (position, passage) -> {},
              count -> progress.at(count, ""));
      progress.done();
      return AnswerRecall.of(judgement);
    }
    Path target = results.get().toAbsolutePath();
    try (PassageSpool spool = new PassageSpool(target.getParent())) {
      Judgement judgement =
          Judgement.of(
              task.passages(),
              rankings,
              task.matchers(),
              spool::add,
              count -> progress.at(count, ""));
      progress.done();
      DprResultWriter.write(target, task.questions(), rankings, judgement, spool);
      return AnswerRecall.of(judgement);
    }
  }
}
