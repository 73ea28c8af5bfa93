package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** What is said of a run, from figures that are known. */
class TrainingReportTest {
  private static final List<Integer> DEPTHS = List.of(1, 5);
  private static final int QUESTIONS = 100;

  @TempDir Path folder;

  /** The first so many questions are answered by the first passage, the others by the third. */
  private static AnswerRecall recall(int first) {
    int[] hits = new int[QUESTIONS];
    Arrays.fill(hits, 3);
    Arrays.fill(hits, 0, first, 1);
    return new AnswerRecall(hits);
  }

  private static TrainingReport report(int steps, int... first) {
    TrainingState state = TrainingState.begin(recall(first[0]));
    int epochs = first.length - 1;
    for (int epoch = 1; epoch <= epochs; epoch++) {
      for (int step = 0; step < steps / epochs; step++) {
        state = state.step(1, 1.0 / epoch);
      }
      state = state.epochDone(recall(first[epoch]));
    }
    LearningSchedule schedule = new LearningSchedule(1e-5, steps / epochs * epochs);
    return TrainingReport.of(1234, TrainingLog.of(state, schedule, epochs), DEPTHS, 1);
  }

  @Test
  void shouldCompareTheBestEpochWithBefore() {
    TrainingReport report = report(4, 40, 70, 90, 90);
    assertThat(report.better()).isTrue();
    assertThat(report.best().epoch()).isEqualTo(2); // of equal ones the first
    assertThat(report.worse()).isEmpty();
    assertThat(report.table())
        .contains("recall of 100 held-out questions in %, before and after epoch 2 of 3")
        .containsPattern("before +40\\.00 +100\\.00 +0\\.6000\n")
        .containsPattern("after +90\\.00 +100\\.00 +0\\.9333\n")
        .containsPattern("difference +\\+50\\.00 +\\+0\\.00\n")
        .containsPattern("95% from +\\+4\\d\\.\\d\\d ")
        .containsPattern("95% to +\\+[56]\\d\\.\\d\\d ")
        .doesNotContain("worse");
  }

  @Test
  void shouldSayThatARunMadeThingsWorse() {
    TrainingReport report = report(4, 90, 20, 40);
    assertThat(report.better()).isFalse();
    assertThat(report.best().epoch()).isEqualTo(2);
    assertThat(report.table()).contains("worse than before, beyond chance: @1\n");
    assertThat(report(4, 90, 90).better()).isFalse();
  }

  @Test
  void shouldGiveAllFiguresToPrograms() throws IOException {
    JsonNode json = new ObjectMapper().readTree(report(4, 40, 70, 90).json());
    assertThat(json.get("questions").asInt()).isEqualTo(1234);
    assertThat(json.get("held_out").asInt()).isEqualTo(QUESTIONS);
    assertThat(json.get("best_epoch").asInt()).isEqualTo(2);
    assertThat(json.get("better").asBoolean()).isTrue();
    assertThat(json.get("epochs")).hasSize(3);
    assertThat(json.get("epochs").get(0).has("loss")).isFalse();
    assertThat(json.get("epochs").get(1).at("/recall/1").asDouble()).isEqualTo(0.7);
    assertThat(json.at("/difference/0/difference").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/difference/0/only_first").asInt()).isEqualTo(50);
  }

  @Test
  void shouldWriteItsCurves() throws Exception {
    report(1000, 40, 70).write(folder);
    assertThat(Files.readAllLines(folder.resolve("training.csv")))
        .hasSize(1001)
        .startsWith("step,epoch,rate,loss", "1,1,1.0000000e-07,1.0000000");
    assertThat(Files.readAllLines(folder.resolve("recall.csv")))
        .containsExactly(
            "epoch,loss,recall@1,recall@5,mrr",
            "0,,0.400000,1.000000,0.600000",
            "1,1.0000000,0.700000,1.000000,0.800000");
    String svg = Files.readString(folder.resolve("training.svg"));
    assertThat(svg).doesNotContain("NaN").contains("fill=\"white\"").contains("mean of 3");
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(folder.resolve("training.svg").toFile());
    var lines = document.getElementsByTagName("polyline");
    assertThat(lines.getLength()).isEqualTo(4); // loss, @1, @5, MRR
    assertThat(lines.item(0).getAttributes().getNamedItem("points").getNodeValue().split(" "))
        .hasSize(334);
  }
}
