package dev.questream.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.NoopTranslator;
import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.model.Encoders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandTest {
  @TempDir Path cache;
  private String out;

  private int run(String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--set");
    all.add("cache.dir=" + cache);
    int status = Main.execute(new Console(stream, stream, false), all.toArray(String[]::new));
    out = bytes.toString(StandardCharsets.UTF_8);
    return status;
  }

  @Test
  void shouldInspectWithoutImporting() throws IOException {
    assertThat(run("model", "inspect", "bge-small-en-v1.5")).isZero();
    assertThat(out)
        .containsPattern("role +universal")
        .containsPattern("(?m)^weight file +bge-small-en-v1.5.onnx$")
        .containsPattern("layers +12")
        .containsPattern("dimensions +384")
        .containsPattern("pooling +cls")
        .containsPattern("max tokens +512")
        .containsPattern("question prefix +Represent this sentence")
        .containsPattern("passage prefix +-")
        .containsPattern("passage template +\\{title\\} \\{text\\}")
        .containsPattern("weights sha256 +828e1496d7fa");
    try (var files = Files.list(cache)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void shouldImportListAndFindDamage() throws IOException {
    assertThat(run("model", "list")).isZero();
    assertThat(out).isEmpty();
    assertThat(run("model", "import", "bge-small-en-v1.5", "--set", "encoder.precision=bf16"))
        .isZero();
    assertThat(run("model", "list")).isZero();
    assertThat(out).containsPattern("bge-small-en-v1.5 +bf16 +384 dimensions");
    assertThat(run("model", "verify")).isZero();
    assertThat(out).doesNotContain("DAMAGED");

    for (Path archive : archives()) {
      byte[] bytes = Files.readAllBytes(archive);
      bytes[bytes.length / 2] ^= 1;
      Files.write(archive, bytes);
    }
    assertThat(run("model", "verify")).isEqualTo(3);
    assertThat(out).contains("DAMAGED");
  }

  @Test
  void shouldPruneWhatNoSettingNeeds() throws IOException {
    assertThat(run("model", "import", "bge-small-en-v1.5", "--set", "encoder.precision=fp32"))
        .isZero();
    Path kept = archives().get(0);
    Path old = Files.write(cache.resolve("0123456789abcdef01234567.pt"), new byte[3 << 20]);
    Path manifest =
        Files.copy(
            Path.of(kept.toString().replace(".pt", ".properties")),
            cache.resolve("0123456789abcdef01234567.properties"));
    Path part = Files.createFile(cache.resolve(".00000000-0000-4000-8000-000000000000.part"));
    Path fresh = Files.createFile(cache.resolve(".00000000-0000-4000-8000-000000000001.part"));
    Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Path foreign = Files.createFile(cache.resolve("notes.pt"));

    assertThat(run("model", "prune", "--dry-run")).isZero();
    assertThat(out)
        .contains("2 to delete, 3 MiB", old.toString(), part.toString())
        .doesNotContain(kept.toString(), fresh.toString(), foreign.toString());
    assertThat(old).exists();
    assertThat(run("model", "prune")).isEqualTo(2);
    assertThat(out).contains("nothing was deleted").contains("--yes");
    assertThat(old).exists();

    assertThat(run("model", "prune", "--yes")).isZero();
    assertThat(old).doesNotExist();
    assertThat(manifest).doesNotExist();
    assertThat(part).doesNotExist();
    assertThat(List.of(kept, fresh, foreign)).allMatch(Files::exists);
    assertThat(run("model", "prune", "--set", "model=no/such")).isEqualTo(3);
    assertThat(out).contains("no/such is not on this machine");
  }

  /** Another process holds it, as one that encodes does. */
  @Test
  void shouldNotPruneWhatARunningProcessUses() throws Exception {
    Path used = Files.write(cache.resolve("0123456789abcdef01234567.pt"), new byte[1]);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.questream.engine.HeldArchive",
                used.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(process.getInputStream().read()).isEqualTo('.');
      assertThat(run("model", "prune", "--yes")).isZero();
      assertThat(out).contains(used + " stays: a running process uses it");
      assertThat(used).exists();
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(run("model", "prune", "--yes")).isZero();
    assertThat(used).doesNotExist();
  }

  private List<Path> archives() throws IOException {
    try (var files = Files.list(cache)) {
      return files.filter(file -> file.toString().endsWith(".pt")).toList();
    }
  }

  @Test
  void shouldExportAGraphThatRunsElsewhere() throws Exception {
    Path file = cache.resolve("exported.pt");
    Files.writeString(file, "what was there before");
    assertThat(run("model", "export", "bge-small-en-v1.5", file.toString())).as(out).isZero();
    assertThat(out).contains("exported.pt, fp32, ");
    long[] ids = ids("who wrote hamlet?");
    try (Model model = Model.newInstance("exported", Device.cpu(), "PyTorch")) {
      model.load(cache, "exported");
      try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
          NDManager manager = model.getNDManager().newSubManager()) {
        NDList batch =
            new NDList(
                manager.create(ids),
                manager.create(LongStream.range(0, ids.length).toArray()),
                manager.create(new long[][] {{ids.length, 1}}));
        float[] vector = predictor.predict(batch).singletonOrThrow().toFloatArray();
        assertThat(vector).hasSize(384);
        float[] expected = encoded("who wrote hamlet?");
        for (int i = 0; i < vector.length; i++) {
          assertThat(vector[i]).isCloseTo(expected[i], within(1e-5f));
        }
      }
    }
    try (var files = Files.list(cache)) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.contains("export-"));
    }
  }

  private static long[] ids(String text) throws IOException {
    byte[] json = PublishedModel.bundled(Path.of("unused")).tokenizerJson();
    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), Map.of())) {
      return tokenizer.encode(text).getIds();
    }
  }

  private static float[] encoded(String text) throws Exception {
    QuestreamConfig config =
        new QuestreamConfig(Map.of(QuestreamConfig.PRECISION, "fp32", QuestreamConfig.PREFIX, ""));
    try (BatchingEncoder encoder = Encoders.open(config, EncoderRole.QUESTION)) {
      return encoder.submit(EncoderInput.question(text)).get(60, TimeUnit.SECONDS).vector();
    }
  }

  @Test
  void shouldExportTheStepsOfTraining() throws IOException {
    Path file = cache.resolve("training.pt");
    assertThat(run("model", "export", "bge-small-en-v1.5", file.toString(), "--training"))
        .as(out)
        .isZero();
    try (ZipFile archive = new ZipFile(file.toFile())) {
      ZipEntry code =
          archive.stream()
              .filter(entry -> entry.getName().endsWith("code/__torch__.py"))
              .findFirst()
              .orElseThrow();
      assertThat(new String(archive.getInputStream(code).readAllBytes(), StandardCharsets.UTF_8))
          .contains("class Training", "def accumulate", "def update");
    }
    String other = cache.resolve("other.pt").toString();
    assertThat(
            run("model", "export", "bge-small-en-v1.5", other, "--training", "--precision", "bf16"))
        .isEqualTo(2);
  }

  @Test
  void shouldRefuseToExportKernelsOfOneProcessor() {
    String file = cache.resolve("exported.pt").toString();
    assertThat(run("model", "export", "bge-small-en-v1.5", file, "--precision", "int8"))
        .isEqualTo(2);
    assertThat(out).contains("int8").doesNotContain("Exception");
  }

  @Test
  void shouldSayThatItCannotExportToAFolderThatIsNotThere() {
    String file = cache.resolve("nowhere").resolve("exported.pt").toString();
    assertThat(run("model", "export", "bge-small-en-v1.5", file)).isEqualTo(5);
    assertThat(out).contains("nowhere").doesNotContain("\tat ");
  }

  @Test
  void shouldSayThatThereIsNoSuchModel() {
    assertThat(run("model", "inspect", "nope")).isEqualTo(3);
    assertThat(out).contains("nope");
  }
}
