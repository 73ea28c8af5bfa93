package dev.questream.lab.demo;

import dev.questream.app.console.Console;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.batching.EncoderStatistics;
import dev.questream.lab.retrieval.ExactIndex;
import dev.questream.lab.retrieval.Passage;
import dev.questream.provenance.Provenance;
import dev.questream.serde.FloatVector;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** What the demo shows at the end: some questions with their nearest passages, and the figures. */
final class DemoReport {
  private static final int NEAREST = 3;
  private static final int SNIPPET = 72;
  private static final String ENGLISH = "en";

  private final PrintStream out;
  private final DemoData data;
  private final ExactIndex index;

  DemoReport(PrintStream out, DemoData data, ExactIndex index) {
    this.out = out;
    this.data = data;
    this.index = index;
  }

  /** Shows questions spread evenly over the whole list. */
  void samples(DemoTally tally, int count) {
    int total = data.questions().size();
    int shown = Math.min(count, total);
    for (int i = 0; i < shown; i++) {
      DemoData.Question question = data.questions().get((int) ((long) i * total / shown));
      QuestionEmbedding embedding = tally.embedding(question.id());
      if (embedding != null) {
        nearest(question, embedding);
      }
    }
  }

  /** Shows a question and the passages nearest to its embedding. */
  void nearest(DemoData.Question question, QuestionEmbedding embedding) {
    out.println(Console.printable(question.text()));
    for (ExactIndex.Hit hit : search(embedding, NEAREST)) {
      Passage passage = data.passages().get(hit.position());
      String mark = passage.id().equals(question.answer()) ? "✓" : " ";
      out.printf(
          Locale.ROOT,
          "  %s %.4f  %s: %s%n",
          mark,
          hit.score(),
          passage.title(),
          shortened(passage.text()));
    }
    out.println();
  }

  private List<ExactIndex.Hit> search(QuestionEmbedding embedding, int k) {
    float[] elements = FloatVector.toArray(embedding.getEmbedding());
    return index.search(Provenance.of(embedding).computed().coordinates(elements), k);
  }

  private static String shortened(String text) {
    if (text.length() <= SNIPPET) {
      return text;
    }
    int cut = text.lastIndexOf(' ', SNIPPET);
    return text.substring(0, cut > 0 ? cut : SNIPPET) + " …";
  }

  /**
   * Shows the figures.
   *
   * @param seconds from the first question produced to the last answer committed
   */
  void summary(DemoTally tally, EncoderStatistics encoder, double seconds) {
    int asked = data.questions().size();
    line(
        "questions",
        "%,d asked, %,d embedded, %,d dead letters",
        asked,
        tally.answers() - tally.deadLetters(),
        tally.deadLetters());
    line(
        "stream",
        "%.2f s from first produced to last committed, %,.0f questions/s",
        seconds,
        tally.answers() / seconds);
    line(
        "latency",
        "p50 %,d ms, p99 %,d ms from produce to committed embedding",
        tally.percentile(0.50),
        tally.percentile(0.99));
    line(
        "batches",
        "%,d, mean %.1f questions and %.0f tokens, no padding",
        encoder.batches(),
        encoder.meanBatchTexts(),
        encoder.meanBatchTokens());
    if (data.questions().stream().anyMatch(question -> !question.answer().isEmpty())) {
      line(
          "retrieval",
          "the answering passage came first for %s of the questions",
          share(tally, question -> true));
      line(
          "",
          "English %s, other languages %s%s",
          share(tally, question -> question.language().equals(ENGLISH)),
          share(tally, question -> !question.language().equals(ENGLISH)),
          byDefaultModel(tally) ? " (the default model is trained on English)" : "");
    }
  }

  private boolean byDefaultModel(DemoTally tally) {
    return data.questions().stream()
        .map(question -> tally.embedding(question.id()))
        .anyMatch(
            embedding ->
                embedding != null && embedding.getModelId().equals(PublishedModel.BUNDLED));
  }

  private void line(String label, String format, Object... values) {
    out.printf("%-10s %s%n", label, String.format(Locale.ROOT, format, values));
  }

  private String share(DemoTally tally, Predicate<DemoData.Question> which) {
    int asked = 0;
    int first = 0;
    for (DemoData.Question question : data.questions()) {
      if (which.test(question)) {
        asked++;
        first += cameFirst(question, tally.embedding(question.id())) ? 1 : 0;
      }
    }
    return asked == 0
        ? "none asked"
        : String.format(Locale.ROOT, "%.1f%% (%d of %d)", 100.0 * first / asked, first, asked);
  }

  private boolean cameFirst(DemoData.Question question, QuestionEmbedding embedding) {
    return embedding != null
        && data.passages()
            .get(search(embedding, 1).get(0).position())
            .id()
            .equals(question.answer());
  }
}
