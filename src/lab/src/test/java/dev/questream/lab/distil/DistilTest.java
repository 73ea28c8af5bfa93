package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.TinyModelFolder;
import dev.questream.lab.distil.DistilFixture.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The command on a small DPR model of random weights. It learns to find the passages that a teacher
 * likes, those with the answer, also for the questions that it is then asked.
 */
class DistilTest {
  private static final Pattern LOSS =
      Pattern.compile("epoch \\d+: loss ([\\d.]+), recall @1 (\\S+)");

  @TempDir static Path shared;
  @TempDir Path folder;

  private static DistilFixture fixture;

  @BeforeAll
  static void prepare() throws IOException {
    fixture = DistilFixture.in(shared);
  }

  private Result distil(String... more) {
    return fixture.distil(folder.resolve("learnt"), more);
  }

  private static List<Double> numbers(Result result, int group) {
    return LOSS.matcher(result.out())
        .results()
        .map((MatchResult found) -> Double.parseDouble(found.group(group)))
        .toList();
  }

  @Test
  void shouldLearnToFindWhatTheTeacherLikes() {
    Result result =
        distil(
            "--teacher-scores",
            fixture.scores().toString(),
            "--held-out",
            fixture.heldOut().toString(),
            "--epochs",
            "10",
            "--batch",
            "4",
            "--learning-rate",
            "0.003",
            "--dropout",
            "0");
    assertThat(result.status()).as(result.out() + result.err()).isZero();
    List<Double> losses = numbers(result, 1);
    assertThat(losses).hasSize(10);
    assertThat(losses.get(9)).isLessThan(0.8 * losses.get(0));
    List<Double> recall = numbers(result, 2);
    Result evaluated =
        DistilFixture.questream(
            List.of(
                "evaluate",
                "--questions",
                fixture.heldOut().toString(),
                "--passages",
                fixture.passages().toString(),
                "--question-model",
                folder.resolve("learnt").toString(),
                "--passage-model",
                fixture.passageModel().toString(),
                "--top-k",
                "1",
                "--precision",
                "fp32",
                "--set",
                "cache.dir=" + fixture.cache()));
    assertThat(evaluated.status()).as(evaluated.err()).isZero();
    assertThat(recall.stream().map("%.2f"::formatted))
        .as(evaluated.out())
        .anyMatch(evaluated.out()::contains);
  }

  @Test
  void shouldScaleTheCosinesOfAModelWhoseVectorsHaveLengthOne() throws IOException {
    Path pupil =
        TinyModelFolder.sentenceTransformer(
            Files.createDirectory(folder.resolve("normalized")),
            TinyCheckpoint.random(TinyCheckpoint.Layout.PLAIN, 1),
            64);
    String[] options = {
      "--question-model",
      pupil.toString(),
      "--teacher-scores",
      fixture.scores().toString(),
      "--learning-rate",
      "1e-9"
    };
    String[] twenty =
        Stream.concat(Stream.of(options), Stream.of("--scale", "20")).toArray(String[]::new);
    String[] one =
        Stream.concat(Stream.of(options), Stream.of("--scale", "1")).toArray(String[]::new);
    List<Double> found = numbers(distil(options), 1);
    assertThat(found).hasSize(3).isEqualTo(numbers(distil(twenty), 1));
    assertThat(found).isNotEqualTo(numbers(distil(one), 1));
  }

  @Test
  void shouldLearnTheSameWithTheSameSeed() {
    String[] options = {
      "--teacher-scores", fixture.scores().toString(), "--epochs", "2", "--learning-rate", "0.001"
    };
    Result first = distil(options);
    if (first.status() == 0) {
      assertThat(folder.resolve("learnt").toFile().renameTo(folder.resolve("first").toFile()))
          .isTrue();
    }
    assertThat(distil(options).out()).isEqualTo(first.out()).contains("2 held out");
  }

  @Test
  void shouldLearnFromAReader() throws IOException {
    Path reader = Files.createDirectory(folder.resolve("reader"));
    copy("/readers/bert.safetensors", reader.resolve("model.safetensors"));
    copy("/golden/tokenizer.json", reader.resolve("tokenizer.json"));
    Files.writeString(
        reader.resolve("config.json"), "{\"model_type\": \"bert\", \"num_attention_heads\": 2}");
    Result result =
        distil(
            "--reader",
            reader.toString(),
            "--epochs",
            "6",
            "--learning-rate",
            "0.003",
            "--dropout",
            "0");
    List<Double> losses = numbers(result, 1);
    assertThat(losses).as(result.out() + result.err()).hasSize(6);
    assertThat(losses.get(5)).isLessThan(losses.get(0));
  }

  private static void copy(String resource, Path target) throws IOException {
    try (InputStream in = DistilTest.class.getResourceAsStream(resource)) {
      Files.copy(in, target);
    }
  }

  @Test
  void shouldStopWhereTheLossIsNoNumber() {
    Result result =
        distil(
            "--teacher-scores",
            fixture.scores().toString(),
            "--learning-rate",
            "1e38",
            "--batch",
            "1");
    assertThat(result.status()).isEqualTo(9);
    assertThat(result.err()).contains("of step ", "is no number").contains("--learning-rate");
    assertThat(folder.resolve("learnt")).doesNotExist();
  }

  @Test
  void shouldKeepAFolderThatHoldsSomething() throws IOException {
    Files.createDirectory(folder.resolve("learnt"));
    Files.writeString(folder.resolve("learnt/note.txt"), "mine");
    Result result = distil("--teacher-scores", fixture.scores().toString());
    assertThat(result.status()).isEqualTo(3);
    assertThat(result.err()).contains("holds something already");
  }

  @ParameterizedTest
  @CsvSource({
    "--epochs 2,either --reader or --teacher-scores",
    "--teacher-scores x --top-k 1,--top-k",
    "--teacher-scores x --temperature 0,--temperature",
    "--teacher-scores x --scale 0,--scale",
    "--teacher-scores x --held-out-share 1,--held-out-share",
    "--teacher-scores x --dropout 1,--dropout"
  })
  void shouldRefuseWhatMakesNoSense(String options, String said) {
    Result result = distil(options.split(" "));
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains(said);
  }
}
