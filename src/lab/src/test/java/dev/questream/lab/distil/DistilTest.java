package dev.questream.lab.distil;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.TinyModelFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
 * likes, those with the answer, for the very questions that it is then asked.
 */
class DistilTest {
  private static final int PASSAGES = 40;
  private static final int QUESTIONS = 12;
  private static final Pattern LOSS =
      Pattern.compile("epoch \\d+: loss ([\\d.]+), recall @1 (\\S+)");

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path model;
  private static Path passageModel;
  private static Path questions;
  private static Path passages;
  private static Path scores;

  private record Result(int status, String out, String err) {}

  @BeforeAll
  static void prepare() throws IOException {
    model = model("question", TinyCheckpoint.Layout.QUESTION, 1);
    passageModel = model("passage", TinyCheckpoint.Layout.PASSAGE, 2);
    Random random = new Random(5);
    StringBuilder tsv = new StringBuilder("id\ttext\ttitle\n");
    List<String> texts = new ArrayList<>();
    for (int i = 1; i <= PASSAGES; i++) {
      texts.add(words(random, 12));
      tsv.append(i).append('\t').append(texts.get(i - 1)).append("\ttitle\n");
    }
    StringBuilder csv = new StringBuilder();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < QUESTIONS; i++) {
      String question = words(random, 5) + "?";
      String answer = texts.get(3 * i).split(" ")[4];
      csv.append(question).append("\t['").append(answer).append("']\n");
      for (int passage = 1; passage <= PASSAGES; passage++) {
        boolean hit = List.of(texts.get(passage - 1).split(" ")).contains(answer);
        lines
            .append("{\"question\": \"%s\", \"passage\": \"%d\",".formatted(question, passage))
            .append(" \"score\": %d}%n".formatted(hit ? 4 : -4));
      }
    }
    passages = Files.writeString(shared.resolve("psgs.tsv"), tsv);
    questions = Files.writeString(shared.resolve("qa.csv"), csv);
    scores = Files.writeString(shared.resolve("scores.jsonl"), lines);
  }

  private static Path model(String name, TinyCheckpoint.Layout layout, long seed)
      throws IOException {
    return TinyModelFolder.dpr(
        Files.createDirectory(shared.resolve(name)), TinyCheckpoint.random(layout, seed));
  }

  private static String words(Random random, int count) {
    return String.join(" ", random.ints(count, 0, 140).mapToObj(TinyModelFolder::word).toList());
  }

  private static Result questream(List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
    int status = Main.execute(console, arguments.toArray(String[]::new));
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  private Result distil(String... more) {
    return teach(model, more);
  }

  private Result teach(Path pupil, String... more) {
    List<String> arguments = new ArrayList<>(List.of("distil", "--questions"));
    arguments.addAll(List.of(questions.toString(), "--passages", passages.toString()));
    arguments.addAll(List.of("--question-model", pupil.toString(), "--set", "encoder.device=cpu"));
    arguments.addAll(List.of("--passage-model", passageModel.toString()));
    arguments.addAll(List.of("--output", folder.resolve("learnt").toString()));
    arguments.addAll(List.of("--set", "cache.dir=" + shared.resolve("cache")));
    arguments.addAll(List.of("--set", "encoder.precision=fp32", "--top-k", "40"));
    arguments.addAll(List.of(more));
    return questream(arguments);
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
            scores.toString(),
            "--held-out",
            questions.toString(),
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
        questream(
            List.of(
                "evaluate",
                "--questions",
                questions.toString(),
                "--passages",
                passages.toString(),
                "--question-model",
                folder.resolve("learnt").toString(),
                "--passage-model",
                passageModel.toString(),
                "--top-k",
                "1",
                "--precision",
                "fp32",
                "--set",
                "cache.dir=" + shared.resolve("cache")));
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
    String[] options = {"--teacher-scores", scores.toString(), "--learning-rate", "1e-9"};
    String[] twenty =
        Stream.concat(Stream.of(options), Stream.of("--scale", "20")).toArray(String[]::new);
    String[] one =
        Stream.concat(Stream.of(options), Stream.of("--scale", "1")).toArray(String[]::new);
    List<Double> found = numbers(teach(pupil, options), 1);
    assertThat(found).hasSize(3).isEqualTo(numbers(teach(pupil, twenty), 1));
    assertThat(found).isNotEqualTo(numbers(teach(pupil, one), 1));
  }

  @Test
  void shouldLearnTheSameWithTheSameSeed() {
    String[] options = {
      "--teacher-scores", scores.toString(), "--epochs", "2", "--learning-rate", "0.001"
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
        distil("--teacher-scores", scores.toString(), "--learning-rate", "1e38", "--batch", "1");
    assertThat(result.status()).isEqualTo(9);
    assertThat(result.err()).contains("of step ", "is no number").contains("--learning-rate");
    assertThat(folder.resolve("learnt")).doesNotExist();
  }

  @Test
  void shouldKeepAFolderThatHoldsSomething() throws IOException {
    Files.createDirectory(folder.resolve("learnt"));
    Files.writeString(folder.resolve("learnt/note.txt"), "mine");
    Result result = distil("--teacher-scores", scores.toString());
    assertThat(result.status()).isEqualTo(3);
    assertThat(result.err()).contains("holds something already");
  }

  @Test
  void shouldNameTheLineOfADamagedScore() throws IOException {
    Path damaged = folder.resolve("damaged.jsonl");
    Files.writeString(
        damaged, "{\"question\": \"a\", \"passage\": 1, \"score\": 2}\n{\"question\": \"a\"}\n");
    Result result = distil("--teacher-scores", damaged.toString());
    assertThat(result.err()).contains("damaged.jsonl, line 2");
    assertThat(result.status()).isNotZero();
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
