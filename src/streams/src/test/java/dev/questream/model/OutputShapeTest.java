package dev.questream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * The settings of the output, on a tiny model of sentence-transformers, against the vectors of that
 * library ({@code scripts/fixtures/make_shapes.py}).
 */
class OutputShapeTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path work;
  private Path folder;
  private JsonNode golden;

  @BeforeEach
  void writeModel() throws IOException {
    folder = Files.createDirectory(work.resolve("tiny"));
    golden = JSON.readTree(GOLDEN.resolve("shapes.json").toFile());
    JsonNode fixture = null;
    for (JsonNode one : JSON.readTree(GOLDEN.resolve("fixtures.json").toFile())) {
      fixture = one.get("name").equals(golden.get("fixture")) ? one : fixture;
    }
    Files.copy(GOLDEN.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.copy(
        GOLDEN.resolve("weights").resolve(fixture.get("weights").asText()),
        folder.resolve(fixture.get("weightsAs").asText()));
    for (Map.Entry<String, JsonNode> file : fixture.get("files").properties()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      JSON.writeValue(target.toFile(), file.getValue());
    }
  }

  private BatchingEncoder open(String... settings) {
    Map<String, String> all = new HashMap<>();
    all.put(QuestreamConfig.MODEL, folder.toString());
    all.put(QuestreamConfig.CACHE_DIR, work.resolve("cache").toString());
    all.put(QuestreamConfig.PRECISION, "fp32");
    all.put(QuestreamConfig.DEVICE, "cpu");
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    return Encoders.open(new QuestreamConfig(all), EncoderRole.QUESTION);
  }

  private void say(String file, String json) throws IOException {
    Files.writeString(folder.resolve(file), json);
  }

  @Test
  void shouldGiveTheVectorsOfSentenceTransformersInEveryShape(TestReporter reporter) {
    double worst = 0;
    for (JsonNode shape : golden.get("shapes")) {
      String type = shape.get("type").asText();
      int dimensions = shape.get("dimensions").asInt();
      try (BatchingEncoder encoder =
          open("output.dimensions", Integer.toString(dimensions), "output.vector", type)) {
        assertThat(encoder.info().dimensions()).isEqualTo(dimensions);
        assertThat(encoder.describe()).contains(dimensions + " dimensions");
        for (int i = 0; i < golden.get("texts").size(); i++) {
          String text = golden.get("texts").get(i).asText();
          Embedding found = encoder.submit(EncoderInput.question(text)).join();
          worst = Math.max(worst, difference(found.vector(), shape.get("vectors").get(i), type));
        }
      }
    }
    reporter.publishEntry("worst difference of float32", Double.toString(worst));
    assertThat(worst).isLessThan(1e-5);
  }

  /** Of float32; other types must be equal, as no value of these texts lies near a border. */
  private static double difference(float[] found, JsonNode expected, String type) {
    assertThat(found).hasSize(expected.size());
    double worst = 0;
    for (int i = 0; i < found.length; i++) {
      worst = Math.max(worst, Math.abs(found[i] - expected.get(i).asDouble()));
    }
    if (!type.equals("float32")) {
      assertThat(worst).as(type).isZero();
    }
    return worst;
  }

  @Test
  void shouldTakeTheModelsOwnSizeUnlessAnotherIsSet() throws IOException {
    say("config_sentence_transformers.json", "{\"truncate_dim\": 20, \"prompts\": {}}");
    try (BatchingEncoder encoder = open()) {
      assertThat(encoder.info().dimensions()).isEqualTo(20);
      assertThat(encoder.info().sizes()).containsExactly(20);
    }
    try (BatchingEncoder encoder = open("output.dimensions", "32")) {
      assertThat(encoder.info().dimensions()).isEqualTo(32);
    }
    say("config_sentence_transformers.json", "{\"truncate_dim\": 768}");
    try (BatchingEncoder encoder = open()) {
      assertThat(encoder.info().dimensions()).as("it has no more").isEqualTo(32);
    }
  }

  @Test
  void shouldKnowTheSizesThatTheModelWasTrainedFor() throws IOException {
    ObjectNode config = (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
    config.putArray("matryoshka_dimensions").add(16).add(8);
    say("config.json", config.toString());
    say(
        "config_sentence_transformers.json",
        "{\"matryoshka_dims\": [32, 16], \"truncate_dim\": null}");
    try (BatchingEncoder encoder = open()) {
      assertThat(encoder.info().dimensions()).isEqualTo(32);
      assertThat(encoder.info().sizes()).containsExactly(8, 16, 32);
    }
    say("config_sentence_transformers.json", "{\"truncate_dim\": \"many\"}");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("config_sentence_transformers.json", "truncate_dim", "many");
  }

  @Test
  void shouldRefuseMoreDimensionsThanTheModelHas() {
    assertThatThrownBy(() -> open("output.dimensions", "33"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("output.dimensions is 33", "has 32 dimensions");
    assertThatThrownBy(() -> open("output.dimensions", "-1")).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> open("output.vector", "int4"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("output.vector", "float32, int8, binary, ubinary");
  }

  @Test
  void shouldRefuseInt8ForAModelThatDoesNotScaleItsVectors() throws IOException {
    Files.delete(folder.resolve("modules.json"));
    assertThatThrownBy(() -> open("output.vector", "int8"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("output.vector is int8", "length one", "tiny");
    try (BatchingEncoder encoder = open("output.vector", "ubinary")) {
      assertThat(encoder.submit(EncoderInput.question("a")).join().vector()).hasSize(4);
    }
  }
}
