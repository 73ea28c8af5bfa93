package dev.questream.lab.retrieval.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.PassageFiles;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import dev.questream.lab.retrieval.search.Ranking;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** From rankings to recall, its curve, and the comparison of two models. */
class RecallTest {
  @TempDir Path folder;

  private static AnswerMatcher string(String... answers) {
    return AnswerMatcher.of(List.of(answers), AnswerMatcher.Mode.STRING);
  }

  private static Ranking ranking(int... positions) {
    return new Ranking(positions, new float[positions.length]);
  }

  @Test
  void shouldJudgeEachPassageThatWasFoundByItsTextAlone() throws IOException {
    PassageCollection passages =
        PassageFiles.of(
            folder,
            "id\ttext\ttitle\na\tred\tblue\nb\tgreen\tred\nc\tred green\tx\nd\tnothing\tx\n");
    List<Integer> visited = new ArrayList<>();
    Judgement judgement =
        Judgement.of(
            passages,
            List.of(ranking(1, 2, 0), ranking(3, 2), ranking(), ranking(0)),
            List.of(string("red"), string("green", "blue"), string("red"), string("blue")),
            (position, passage) -> {
              visited.add(position);
              assertThat(passage.id()).isEqualTo("abcd".substring(position, position + 1));
            },
            count -> {});
    assertThat(visited).containsExactly(0, 1, 2, 3);
    assertThat(judgement.hasAnswer()[0]).containsExactly(false, true, true);
    assertThat(judgement.hasAnswer()[1]).containsExactly(false, true);
    assertThat(judgement.hasAnswer()[2]).isEmpty();
    assertThat(judgement.hasAnswer()[3]).containsExactly(false);
    AnswerRecall recall = AnswerRecall.of(judgement);
    assertThat(recall.firstHits()).containsExactly(2, 2, 0, 0);
    assertThat(recall.at(1)).isZero();
    assertThat(recall.at(2)).isEqualTo(0.5);
    assertThat(recall.at(100)).isEqualTo(0.5);
  }

  @Test
  void shouldCountWinsLossesAndTheirInterval() {
    int n = 1000;
    int[] first = new int[n];
    int[] second = new int[n];
    for (int i = 0; i < n; i++) {
      first[i] = i < 620 ? 1 : 9;
      second[i] = i < 560 || i >= 990 ? 1 : 9; // 60 wins and 10 losses of the first
    }
    RecallComparison comparison =
        RecallComparison.of(new AnswerRecall(first), new AnswerRecall(second), 5, 42);
    assertThat(comparison.onlyFirst()).isEqualTo(60);
    assertThat(comparison.onlySecond()).isEqualTo(10);
    assertThat(comparison.difference()).isEqualTo(0.05);
    double deviation = Math.sqrt((0.07 - 0.05 * 0.05) / n); // of the mean of -1, 0 and 1
    assertThat(comparison.low()).isCloseTo(0.05 - 1.96 * deviation, within(0.001));
    assertThat(comparison.high()).isCloseTo(0.05 + 1.96 * deviation, within(0.001));
    assertThat(comparison.significant()).isTrue();
    assertThat(RecallComparison.of(new AnswerRecall(first), new AnswerRecall(second), 5, 42))
        .as("the same seed")
        .isEqualTo(comparison);
    assertThat(
            RecallComparison.of(new AnswerRecall(first), new AnswerRecall(first), 5, 1)
                .significant())
        .isFalse();
    AnswerRecall shorter = new AnswerRecall(new int[3]);
    assertThatThrownBy(() -> RecallComparison.of(shorter, new AnswerRecall(first), 5, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldInterpolateQuantilesAsNumpyDoes() {
    double[] sorted = {1, 2, 4, 8};
    assertThat(RecallComparison.quantile(sorted, 0)).isEqualTo(1);
    assertThat(RecallComparison.quantile(sorted, 1)).isEqualTo(8);
    assertThat(RecallComparison.quantile(sorted, 0.5)).isEqualTo(3);
    assertThat(RecallComparison.quantile(sorted, 0.9)).isCloseTo(6.8, within(1e-12));
  }

  @Test
  void shouldWriteTheCurveAsTableAndAsPicture() throws Exception {
    Random random = new Random(7);
    int[] hits = random.ints(200, 0, 12).toArray();
    AnswerRecall recall = new AnswerRecall(hits);
    RecallCurve curve =
        new RecallCurve(
            List.of("a \"quoted\", name", "<b> & c"),
            List.of(recall, new AnswerRecall(new int[200])),
            10);
    List<String> lines = curve.csv().lines().toList();
    assertThat(lines).hasSize(11);
    assertThat(lines.get(0)).isEqualTo("k,\"a \"\"quoted\"\", name\",\"<b> & c\"");
    for (int k = 1; k <= 10; k++) {
      String[] fields = lines.get(k).split(",");
      assertThat(Integer.parseInt(fields[0])).isEqualTo(k);
      assertThat(Double.parseDouble(fields[1])).isCloseTo(recall.at(k), within(1e-6));
      assertThat(Double.parseDouble(fields[2])).isZero();
    }
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(curve.svg("A < B").getBytes(StandardCharsets.UTF_8)));
    assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(2);
    String points =
        svg.getElementsByTagName("polyline")
            .item(1)
            .getAttributes()
            .getNamedItem("points")
            .getNodeValue();
    assertThat(points.split(" ")).hasSize(10).allMatch(point -> point.endsWith(",388.00"));
    assertThat(new RecallCurve(List.of("x"), List.of(recall), 1).svg("")).doesNotContain("NaN");
  }

  @Test
  void shouldKnowWhatWasPublishedForExactlyTheseQuestions() {
    QuestionSet dev =
        new QuestionSet(
            List.of(), "79e7ea851bb5ca6ebbfd6c760d032064d324166d46b8ffaf70e0fb733186ed2a");
    String rdr = "soheeyang/rdr-question_encoder-single-trivia-base";
    assertThat(PublishedRecall.of(rdr, dev).orElseThrow().percent())
        .containsEntry(1, 61.84)
        .containsEntry(100, 87.0);
    assertThat(PublishedRecall.of("bge-small-en-v1.5", dev)).isEmpty();
    assertThat(PublishedRecall.of(rdr, new QuestionSet(List.of(), ""))).isEmpty();
  }

  private static QuestionSet named(String name, int size) {
    return new QuestionSet(
        Collections.nCopies(size, new QuestionAnswers("?", List.of())), "", name);
  }

  /** Their digests are not known, so the name and the number of questions must do. */
  @Test
  void shouldKnowNaturalQuestionsByNameAndNumber() {
    String rdr = "soheeyang/rdr-question_encoder-single-nq-base";
    String dpr = "facebook/dpr-question_encoder-single-nq-base";
    PublishedRecall test = PublishedRecall.of(rdr, named("nq-test.qa.csv", 3610)).orElseThrow();
    assertThat(test.byName()).isTrue();
    assertThat(test.set()).isEqualTo("NQ test");
    assertThat(test.percent()).containsEntry(1, 54.29).containsEntry(20, 82.8).hasSize(5);
    PublishedRecall dev = PublishedRecall.of(dpr, named("nq-dev.csv", 8757)).orElseThrow();
    assertThat(dev.percent()).as("without @5").containsOnlyKeys(1, 20, 50, 100);
    assertThat(PublishedRecall.of(dpr, named("nq-test.csv", 3610)).orElseThrow().percent())
        .containsEntry(5, 68.14)
        .doesNotContainKey(50);
    assertThat(PublishedRecall.of(rdr, named("nq-test.qa.csv", 3609))).as("cut").isEmpty();
    assertThat(PublishedRecall.of(rdr, named("trivia-test.qa.csv", 11313))).isEmpty();
    String trivia = "soheeyang/rdr-question_encoder-single-trivia-base";
    assertThat(PublishedRecall.of(trivia, named("nq-test.qa.csv", 3610))).isEmpty();
  }
}
