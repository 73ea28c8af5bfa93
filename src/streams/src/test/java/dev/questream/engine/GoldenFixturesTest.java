package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.TokenizedText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tiny checkpoints as PyTorch and transformers save them, against the token ids and vectors that
 * transformers computes from them ({@code scripts/fixtures}).
 */
class GoldenFixturesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-5;
  private static final int ROUNDS = 2;
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  @TempDir Path work;

  /** A text, its token ids after the cut, its tokens before the cut, its vector. */
  private record Case(EncoderInput input, int[] ids, int tokens, double[] vector) {
    @Override
    public String toString() {
      return input.toString();
    }
  }

  private static JsonNode json(String name) {
    try {
      return JSON.readTree(GOLDEN.resolve(name).toFile());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<String> fixtures() {
    return StreamSupport.stream(json("fixtures.json").spliterator(), false)
        .map(fixture -> fixture.get("name").asText());
  }

  private static JsonNode fixture(String name) {
    return StreamSupport.stream(json("fixtures.json").spliterator(), false)
        .filter(fixture -> fixture.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Path folder(JsonNode fixture) throws IOException {
    Path folder = Files.createDirectories(work.resolve(fixture.get("name").asText()));
    Files.copy(GOLDEN.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.copy(
        GOLDEN.resolve("weights").resolve(fixture.get("weights").asText()),
        folder.resolve(fixture.get("weightsAs").asText()));
    for (Map.Entry<String, JsonNode> file : fixture.get("files").properties()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      JSON.writeValue(target.toFile(), file.getValue());
    }
    return folder;
  }

  private static List<Case> cases(String name) {
    JsonNode expected = json("expected/" + name + ".json");
    JsonNode cases = json("cases.json").get(expected.get("cases").asText());
    Iterator<JsonNode> vectors = expected.get("vectors").iterator();
    List<Case> found = new ArrayList<>();
    for (JsonNode node : cases) {
      found.add(
          new Case(
              EncoderInput.passage(node.get("title").asText(), node.get("text").asText()),
              JSON.convertValue(node.get("ids"), int[].class),
              node.get("tokens").asInt(),
              JSON.convertValue(vectors.next(), double[].class)));
    }
    assertThat(vectors.hasNext()).isFalse();
    assertThat(found).hasSizeGreaterThanOrEqualTo(60);
    return found;
  }

  /** Texts of which nothing but the two special tokens is left. */
  private static Set<String> tokenless() {
    Set<String> found = new HashSet<>();
    for (JsonNode question : json("cases.json").get("questions")) {
      if (question.get("tokens").asInt() == 2) {
        found.add(question.get("text").asText());
      }
    }
    assertThat(found).hasSizeGreaterThan(2);
    return found;
  }

  private static EncoderRole role(JsonNode fixture) {
    EncoderRole role = EncoderRole.valueOf(fixture.get("role").asText().toUpperCase(Locale.ROOT));
    return role == EncoderRole.UNIVERSAL ? EncoderRole.QUESTION : role;
  }

  private TorchBackend open(JsonNode fixture) throws IOException {
    return TorchBackend.open(
        PublishedModel.in(folder(fixture)),
        new EngineSettings(
            role(fixture),
            EngineSettings.Text.RECOMMENDED,
            new EngineSettings.Arithmetic(PrecisionChoice.of("fp32"), 0.999),
            EngineSettings.Compute.CPU,
            work.resolve("cache")));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldEqualTransformers(String name, TestReporter reporter) throws IOException {
    JsonNode fixture = fixture(name);
    List<Case> cases = cases(fixture.get("expected").asText());
    try (TorchBackend backend = open(fixture);
        EncoderBackend.Session session = backend.openSession()) {
      Set<String> tokenless = tokenless();
      for (Case each : cases) {
        if (tokenless.contains(each.input().text())) {
          assertThatThrownBy(() -> backend.tokenize(each.input()))
              .as("%s has no tokens of its own", each)
              .hasMessageContaining("nothing to encode");
          continue;
        }
        TokenizedText tokens = backend.tokenize(each.input());
        assertThat(tokens.ids()).as("%s", each).containsExactly(each.ids());
        assertThat(tokens.originalCount()).as("%s", each).isEqualTo(each.tokens());
      }
      double worst = 0;
      for (Case each : cases) {
        worst = Math.max(worst, worst(session, List.of(each), "alone"));
      }
      Random random = new Random(SEED);
      for (int round = 0; round < ROUNDS; round++) {
        List<Case> shuffled = new ArrayList<>(cases);
        Collections.shuffle(shuffled, random);
        int from = 0;
        while (from < shuffled.size()) {
          int to = Math.min(shuffled.size(), from + 1 + random.nextInt(32));
          worst = Math.max(worst, worst(session, shuffled.subList(from, to), "round " + round));
          from = to;
        }
      }
      reporter.publishEntry(name + ": worst difference", "%.3g".formatted(worst));
    }
  }

  /** The worst difference in a batch, relative to the vectors' scale; asserted to be small. */
  private static double worst(EncoderBackend.Session session, List<Case> batch, String what) {
    List<float[]> vectors = session.encode(batch.stream().map(Case::ids).toList());
    assertThat(vectors).hasSameSizeAs(batch);
    double worst = 0;
    for (int i = 0; i < batch.size(); i++) {
      double difference = difference(vectors.get(i), batch.get(i).vector());
      assertThat(difference)
          .as("seed %d, %s, %s", SEED, what, batch.get(i))
          .isLessThanOrEqualTo(TOLERANCE);
      worst = Math.max(worst, difference);
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
  @MethodSource("fixtures")
  void shouldTellTextsApart(String name) {
    List<Case> cases = cases(fixture(name).get("expected").asText());
    for (int i = 1; i < cases.size(); i++) {
      Case one = cases.get(i - 1);
      Case other = cases.get(i);
      if (!java.util.Arrays.equals(one.ids(), other.ids())) {
        float[] vector = new float[one.vector().length];
        for (int j = 0; j < vector.length; j++) {
          vector[j] = (float) one.vector()[j];
        }
        assertThat(difference(vector, other.vector()))
            .as("%s and %s", one, other)
            .isGreaterThan(100 * TOLERANCE);
      }
    }
  }
}
