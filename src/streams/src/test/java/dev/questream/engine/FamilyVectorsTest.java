package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.Cosine;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tiny models of every family, pooling, module and activation that is read, against the vectors
 * that sentence-transformers computes from them ({@code scripts/fixtures}).
 */
class FamilyVectorsTest {
  private static final Path FAMILIES = Path.of("src/test/resources/families");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-5;
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  @TempDir static Path work;

  private static List<JsonNode> all() {
    try {
      JsonNode all = JSON.readTree(FAMILIES.resolve("fixtures.json").toFile());
      return StreamSupport.stream(all.spliterator(), false).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<String> fixtures() {
    return all().stream().map(fixture -> fixture.get("name").asText());
  }

  /** One of each family and pooling of the two that most models have. */
  static Stream<String> families() {
    return fixtures().filter(name -> name.endsWith("-cls") || name.endsWith("-mean"));
  }

  private static JsonNode fixture(String name) {
    return all().stream().filter(each -> each.get("name").asText().equals(name)).findFirst().get();
  }

  private static Path folder(JsonNode fixture) throws IOException {
    Path folder = Files.createTempDirectory(work, fixture.get("name").asText());
    Path weights = FAMILIES.resolve("weights");
    Files.writeString(folder.resolve("tokenizer.json"), TinyModelFolder.tokenizerJson());
    Files.copy(
        weights.resolve(fixture.get("weights").asText()), folder.resolve("model.safetensors"));
    for (Map.Entry<String, JsonNode> file : fixture.get("files").properties()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      JSON.writeValue(target.toFile(), file.getValue());
    }
    for (Map.Entry<String, JsonNode> dense : fixture.get("dense").properties()) {
      String file = dense.getValue().asText();
      Files.copy(
          weights.resolve(file),
          folder
              .resolve(dense.getKey())
              .resolve(file.endsWith(".bin") ? "pytorch_model.bin" : "model.safetensors"));
    }
    return folder;
  }

  private static TorchBackend open(Path folder, String precision) {
    return TorchBackend.open(
        PublishedModel.in(folder),
        new EngineSettings(
            EncoderRole.QUESTION,
            EngineSettings.Text.RECOMMENDED,
            new EngineSettings.Arithmetic(PrecisionChoice.of(precision), -1),
            EngineSettings.Compute.CPU,
            work.resolve("cache")));
  }

  private static List<int[]> ids(JsonNode fixture) {
    return List.of(JSON.convertValue(fixture.get("ids"), int[][].class));
  }

  private static List<double[]> vectors(JsonNode fixture) {
    return List.of(JSON.convertValue(fixture.get("vectors"), double[][].class));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldEqualSentenceTransformers(String name, TestReporter reporter) throws IOException {
    JsonNode fixture = fixture(name);
    List<int[]> ids = ids(fixture);
    List<double[]> vectors = vectors(fixture);
    try (TorchBackend backend = open(folder(fixture), "fp32");
        EncoderBackend.Session session = backend.openSession()) {
      double worst = 0;
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        order.add(i);
        worst = Math.max(worst, worst(session, ids, vectors, List.of(i)));
      }
      Random random = new Random(SEED);
      for (int round = 0; round < 3; round++) {
        Collections.shuffle(order, random);
        worst = Math.max(worst, worst(session, ids, vectors, order));
      }
      reporter.publishEntry(name + ": worst difference", "%.3g".formatted(worst));
      assertThat(worst).as("seed %d", SEED).isLessThanOrEqualTo(TOLERANCE);
    }
  }

  /** The worst difference in a batch of these texts, relative to the vectors' scale. */
  private static double worst(
      EncoderBackend.Session session, List<int[]> ids, List<double[]> vectors, List<Integer> some) {
    List<float[]> found = session.encode(some.stream().map(ids::get).toList());
    double worst = 0;
    for (int i = 0; i < some.size(); i++) {
      worst = Math.max(worst, difference(found.get(i), vectors.get(some.get(i))));
    }
    return worst;
  }

  private static double difference(float[] found, double[] expected) {
    assertThat(found).hasSize(expected.length);
    double worst = 0;
    double scale = 1;
    for (int i = 0; i < found.length; i++) {
      double difference = Math.abs(found[i] - expected[i]);
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return worst / scale;
  }

  @ParameterizedTest
  @MethodSource("families")
  void shouldStayCloseInLowerPrecisions(String name) throws IOException {
    JsonNode fixture = fixture(name);
    for (String precision : List.of("bf16", "fp16", "int8")) {
      if (precision.equals("int8") && !Cpu.multipliesInt8()) {
        continue;
      }
      try (TorchBackend backend = open(folder(fixture), precision);
          EncoderBackend.Session session = backend.openSession()) {
        List<float[]> found = session.encode(ids(fixture));
        for (int i = 0; i < found.size(); i++) {
          assertThat(Cosine.of(found.get(i), floats(vectors(fixture).get(i))))
              .as("%s, text %d", precision, i)
              .isGreaterThan(precision.equals("int8") ? 0.95 : 0.99);
        }
      }
    }
  }

  private static float[] floats(double[] vector) {
    float[] floats = new float[vector.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) vector[i];
    }
    return floats;
  }

  /** What no model declares, the table of positions must tell: a position behind it would fail. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-one-type-mean",
        "roberta-mean",
        "roberta-two-types-mean",
        "distilbert-mean",
        "mpnet-mean",
        "modernbert-mean"
      })
  void shouldCutTextsThatAreLongerThanThePositions(String name) throws IOException {
    JsonNode fixture = fixture(name);
    Path folder = folder(fixture);
    Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 512}");
    int positions = ids(fixture).stream().mapToInt(text -> text.length).max().orElseThrow();
    try (TorchBackend backend = open(folder, "fp32");
        EncoderBackend.Session session = backend.openSession()) {
      assertThat(backend.info().maxTokens()).isEqualTo(positions);
      int[] cut = backend.tokenize(EncoderInput.question("a b c d e ".repeat(60))).ids();
      assertThat(cut).hasSize(positions);
      for (float element : session.encode(List.of(cut)).get(0)) {
        assertThat(element).isFinite();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldTellTextsApart(String name) {
    List<double[]> vectors = vectors(fixture(name));
    for (int i = 1; i < vectors.size(); i++) {
      assertThat(difference(floats(vectors.get(i - 1)), vectors.get(i)))
          .as("texts %d and %d", i - 1, i)
          .isGreaterThan(100 * TOLERANCE);
    }
  }
}
