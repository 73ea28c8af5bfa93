package dev.questream.lab.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.provenance.Provenance;
import dev.questream.testing.TestInfo;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Measured figures beside published ones. */
class RecallTableTest {
  private static final String DEV =
      "79e7ea851bb5ca6ebbfd6c760d032064d324166d46b8ffaf70e0fb733186ed2a";

  private static Task task(String sha256, int passages) {
    QuestionAnswers question = new QuestionAnswers("Who?", List.of("x"));
    return task(new QuestionSet(Collections.nCopies(1000, question), sha256), passages);
  }

  private static Task task(QuestionSet questions, int passages) {
    return new Task(
        questions,
        new PassageCollection(Path.of("psgs.tsv"), passages, "", null),
        AnswerMatcher.Mode.STRING,
        List.of(1, 5, 7));
  }

  /** So many of 1,000 and more questions are answered first, fifth, and never. */
  private static Outcome outcome(String model, int first, int fifth) {
    return outcome(model, first, fifth, 1000);
  }

  private static Outcome outcome(String model, int first, int fifth, int questions) {
    int[] hits = new int[questions];
    java.util.Arrays.fill(hits, 0, first, 1);
    java.util.Arrays.fill(hits, first, first + fifth, 5);
    Provenance provenance = TestInfo.of(model, 1).provenance();
    return new Outcome(
        new QuestionVectors(new float[0], provenance, 0, ""),
        Optional.empty(),
        Path.of("vectors"),
        () -> null,
        0,
        new AnswerRecall(hits),
        List.of());
  }

  private static String table(Task task, Outcome... outcomes) {
    return RecallTable.of(Results.of(task, List.of(outcomes), 1, false));
  }

  @Test
  void shouldPrintWhatWasPublishedAndTheDifference() {
    Outcome rdr = outcome("soheeyang/rdr-question_encoder-single-trivia-base", 620, 140);
    assertThat(table(task(DEV, 21_015_324), rdr).lines().skip(2))
        .containsExactly(
            "                                                              @1      @5      @7",
            "soheeyang/rdr-question_encoder-single-trivia-base (fp32)   62.00   76.00   76.00",
            "  published, TriviaQA dev                                  61.84   75.93        ",
            "  difference                                               +0.16   +0.07        ");
    assertThat(table(task(DEV, 1000), rdr))
        .contains("(published over 21,015,324 passages; these are 1,000)");
    assertThat(table(task("other questions", 21_015_324), rdr)).doesNotContain("published");
  }

  @Test
  void shouldSayThatASetIsKnownByItsNameAlone() {
    QuestionAnswers question = new QuestionAnswers("Who?", List.of("x"));
    QuestionSet test = new QuestionSet(Collections.nCopies(3610, question), "", "nq-test.qa.csv");
    String model = "facebook/dpr-question_encoder-single-nq-base";
    assertThat(table(task(test, 21_015_324), outcome(model, 1805, 0, 3610)).lines().skip(3))
        .containsExactly(
            "facebook/dpr-question_encoder-single-nq-base (fp32)   50.00   50.00   50.00",
            "  published, NQ test                                  45.87   68.14        ",
            "  difference                                          +4.13  -18.14        ",
            "  (taken for NQ test by the file's name and 3,610 questions, not by its content)");
  }

  @Test
  void shouldSayThatPassagesAreJudged() {
    QuestionAnswers question = new QuestionAnswers("Who?", List.of("7"), true);
    Task judged = task(new QuestionSet(Collections.nCopies(1000, question), ""), 1000);
    assertThat(table(judged, outcome("a", 500, 100)))
        .startsWith("recall of judged passages in %, 1,000 questions, 1,000 passages, id match\n");
  }

  @Test
  void shouldPrintTwoModelsWithTheirDifference() {
    String table = table(task("", 1000), outcome("a", 500, 100), outcome("b", 400, 200));
    assertThat(table)
        .contains("difference              ", "+10.00   +0.00   +0.00")
        .containsPattern(
            "     1       100         0    \\+10\\.00   \\[\\+8\\.\\d\\d, \\+1[12]\\.\\d\\d]\n")
        .containsPattern(
            "     5         0         0     \\+0\\.00   \\[\\+0\\.00, \\+0\\.00]  includes 0");
  }
}
