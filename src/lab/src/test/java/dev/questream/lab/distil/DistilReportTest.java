package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.questream.lab.distil.DistilFixture.Result;
import dev.questream.lab.retrieval.PassageFiles;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run says, and what lies beside its model. */
class DistilReportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REPORT = "report.json";

  @TempDir static Path shared;

  private static DistilFixture fixture;
  private static Path learnt;
  private static Result run;

  @BeforeAll
  static void distil() throws IOException {
    fixture = DistilFixture.in(shared);
    Files.writeString(
        fixture.model().resolve("README.md"),
        "---\nlanguage: la\nlicense: cc0-1.0\n---\n# The source's own\n");
    String question = fixture.questionLines().get(0).split("\t")[0];
    String scores =
        DistilFixture.score(question, "1", 99)
            + Files.readString(fixture.scores())
            + DistilFixture.score(question, "no such passage", 1)
            + DistilFixture.score("nobody asks this", "2", 1);
    learnt = shared.resolve("learnt");
    run =
        fixture.distil(
            learnt,
            "--teacher-scores",
            Files.writeString(shared.resolve("more.jsonl"), scores).toString(),
            "--held-out",
            fixture.heldOut().toString(),
            "--epochs",
            "10",
            "--batch",
            "4",
            "--learning-rate",
            "0.003",
            "--dropout",
            "0",
            "--report",
            shared.resolve(REPORT).toString());
    assertThat(run.status()).as(run.out() + run.err()).isZero();
  }

  @Test
  void shouldSayWhatTheScoresAre() {
    assertThat(run.out())
        .contains(
            "482 scores (of 1 pairs scored again, the last score counts), 1 of them of 1 questions that are not learnt from, 1 of ids that no passage has")
        .contains(
            "480 of 480 candidates have a score; 0 of 12 questions have no two different ones and teach nothing");
  }

  @Test
  void shouldWriteWhatIsInTheReport() throws IOException {
    JsonNode report = JSON.readTree(shared.resolve(REPORT).toFile());
    assertThat(report.get("better").asBoolean()).isTrue();
    assertThat(report.get("steps").asInt()).isEqualTo(30);
    assertThat(Files.readAllLines(learnt.resolve("training.csv"))).hasSize(31);
    List<String> epochs = Files.readAllLines(learnt.resolve("recall.csv"));
    assertThat(epochs).hasSize(12);
    assertThat(epochs.get(0)).isEqualTo("epoch,loss,recall@1,recall@5,recall@20,mrr");
    int best = report.get("best_epoch").asInt();
    String[] row = epochs.get(best + 1).split(",");
    JsonNode epoch = report.get("epochs").get(best);
    assertThat(Double.parseDouble(row[2])).isEqualTo(round(epoch.at("/recall/1").asDouble()));
    assertThat(Double.parseDouble(row[5])).isEqualTo(round(epoch.get("mrr").asDouble()));
    assertThat(run.out())
        .contains("difference")
        .contains("95% from")
        .contains("after epoch " + best);
    assertThat(Files.readString(learnt.resolve("training.svg"))).startsWith("<svg");
  }

  private static double round(double value) {
    return Math.round(1e6 * value) / 1e6;
  }

  @Test
  void shouldWriteACard() throws IOException {
    String card = Files.readString(learnt.resolve("README.md"));
    String[] parts = card.split("---\n", 3);
    JsonNode front = new YAMLMapper().readTree(parts[1]);
    assertThat(front.get("library_name").asText()).isEqualTo("transformers");
    assertThat(front.get("language").get(0).asText()).isEqualTo("la");
    assertThat(front.get("license").asText()).isEqualTo("cc0-1.0");
    assertThat(front.has("base_model")).isFalse(); // it is not on the hub
    assertThat(parts[2])
        .contains("# learnt\n")
        .contains("It is not that of RDR")
        .contains("Passages are encoded by `passage`, as before")
        .contains("| recipe.rate | `0.003` |")
        .contains("| dropout.hidden | `0.0` |")
        .contains("`more.jsonl`")
        .contains(Sha256.of(fixture.questions()))
        .contains(Sha256.of(fixture.heldOut()))
        .contains(Sha256.of(fixture.passages()))
        .contains(Sha256.of(shared.resolve("more.jsonl")))
        .contains(Sha256.of(fixture.model().resolve("model.safetensors")))
        .contains(Sha256.of(fixture.passageModel().resolve("model.safetensors")))
        .contains(Sha256.of(learnt.resolve("model.safetensors")))
        .containsPattern("\\| difference \\| [+-]\\d+\\.\\d\\d \\| ")
        .doesNotContain("The source's own");
    assertThat(card).doesNotContain(shared.toString());
  }

  @Test
  void shouldExitWithItsOwnStatusWhereNothingIsBetter() throws IOException {
    Path output = shared.resolve("no-better");
    Path report = shared.resolve("no-better.json");
    Result result =
        fixture.distil(
            output,
            "--teacher-scores",
            fixture.scores().toString(),
            "--learning-rate",
            "1e-12",
            "--report",
            report.toString());
    assertThat(result.status()).isEqualTo(8);
    assertThat(result.err()).contains("no epoch has a better mean reciprocal rank");
    assertThat(result.out()).contains("difference");
    assertThat(output).doesNotExist();
    assertThat(JSON.readTree(report.toFile()).get("better").asBoolean()).isFalse();
    try (Stream<Path> files = Files.list(shared)) {
      assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
    }
  }

  @Test
  void shouldRefuseVectorsThatLackPassages() throws IOException {
    Path passages = PassageFiles.numbered(Files.createDirectory(shared.resolve("five")), 5).path();
    Result result =
        fixture.distil(
            shared.resolve("lacking"),
            "--teacher-scores",
            fixture.scores().toString(),
            "--passages",
            passages.toString(),
            "--passage-embeddings",
            "src/test/resources/retrieval/vectors/gap-wide.pkl");
    assertThat(result.err()).contains("2 of 5 passages have no vector in --passage-embeddings");
    assertThat(result.status()).isEqualTo(5);
  }
}
