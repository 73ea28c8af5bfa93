package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Truncation;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Folders as sentence-transformers of all versions wrote them, against the vectors that it computes
 * from them ({@code scripts/fixtures}): layout, pooling, length, prompts and case.
 */
class SentenceModelsTest {
  private static final Path FIXTURES = Path.of("src/test/resources/sentence");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The weights are the same in all of them. */
  @TempDir static Path cache;

  @TempDir Path work;

  static Stream<String> models() throws IOException {
    return all().map(model -> model.get("name").asText());
  }

  private static Stream<JsonNode> all() throws IOException {
    JsonNode models = JSON.readTree(FIXTURES.resolve("models.json").toFile());
    return StreamSupport.stream(models.spliterator(), false);
  }

  private static JsonNode model(String name) throws IOException {
    return all().filter(model -> model.get("name").asText().equals(name)).findFirst().orElseThrow();
  }

  private PublishedModel open(JsonNode model) throws IOException {
    Path folder = work.resolve(model.get("name").asText());
    Path encoder = Files.createDirectories(folder.resolve(model.get("encoder").asText()));
    for (String file : List.of("model.safetensors", "config.json")) {
      Files.copy(FIXTURES.resolve(file), encoder.resolve(file));
    }
    ObjectNode tokenizer = (ObjectNode) JSON.readTree(FIXTURES.resolve("tokenizer.json").toFile());
    tokenizer.set("normalizer", model.get("normalizer"));
    JSON.writeValue(encoder.resolve("tokenizer.json").toFile(), tokenizer);
    for (Map.Entry<String, JsonNode> file : model.get("files").properties()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      JSON.writeValue(target.toFile(), file.getValue());
    }
    return PublishedModel.in(folder);
  }

  private static TorchBackend open(
      PublishedModel model, EncoderRole role, EngineSettings.Text text) {
    return TorchBackend.open(
        model,
        new EngineSettings(
            role,
            text,
            new EngineSettings.Arithmetic(PrecisionChoice.of("fp32"), 0.999),
            EngineSettings.Compute.CPU,
            cache));
  }

  @ParameterizedTest
  @MethodSource("models")
  void shouldEqualSentenceTransformers(String name, TestReporter reporter) throws IOException {
    JsonNode model = model(name);
    EncoderRole role = EncoderRole.valueOf(model.get("role").asText().toUpperCase(Locale.ROOT));
    double worst = 0;
    try (TorchBackend backend = open(open(model), role, EngineSettings.Text.RECOMMENDED);
        EncoderBackend.Session session = backend.openSession()) {
      for (int i = 0; i < model.get("inputs").size(); i++) {
        JsonNode input = model.get("inputs").get(i);
        EncoderInput text =
            EncoderInput.passage(input.get("title").asText(), input.get("text").asText());
        float[] found = session.encode(List.of(backend.tokenize(text).ids())).get(0);
        JsonNode expected = model.get("vectors").get(i);
        assertThat(found).hasSize(expected.size());
        for (int j = 0; j < found.length; j++) {
          worst = Math.max(worst, Math.abs(found[j] - expected.get(j).asDouble()));
          assertThat((double) found[j])
              .as("%s, element %d", text, j)
              .isCloseTo(expected.get(j).asDouble(), within(1e-5));
        }
      }
    }
    reporter.publishEntry(name + ": worst difference", "%.3g".formatted(worst));
  }

  @Test
  void shouldCountWhatTheDeclaredLengthCuts() throws IOException {
    try (TorchBackend backend =
        open(open(model("length")), EncoderRole.QUESTION, EngineSettings.Text.RECOMMENDED)) {
      assertThat(backend.info().maxTokens()).isEqualTo(9);
      assertThat(backend.tokenize(EncoderInput.question("the river ".repeat(10))))
          .satisfies(text -> assertThat(text.ids()).hasSize(9).endsWith(3))
          .satisfies(text -> assertThat(text.originalCount()).isEqualTo(22));
    }
  }

  @Test
  void shouldTellPromptAndTemplateInTheProvenance() throws IOException {
    PublishedModel model = open(model("prompt-document"));
    try (TorchBackend passages = open(model, EncoderRole.PASSAGE, EngineSettings.Text.RECOMMENDED);
        TorchBackend questions =
            open(model, EncoderRole.QUESTION, EngineSettings.Text.RECOMMENDED)) {
      assertThat(passages.info().provenance().computed())
          .satisfies(computed -> assertThat(computed.prefix()).isEqualTo("passage: "))
          .satisfies(c -> assertThat(c.passageTemplate()).isEqualTo("{title} {text}"));
      assertThat(questions.info().provenance().computed())
          .satisfies(computed -> assertThat(computed.prefix()).isEqualTo("what is: "))
          .satisfies(computed -> assertThat(computed.passageTemplate()).isEmpty());
    }
  }

  @Test
  void shouldTellTheTokenizerThatRunsInTheProvenance() throws IOException {
    byte[] asWritten = open(model("flags")).tokenizerJson();
    assertThat(asWritten).isEqualTo(Files.readAllBytes(work.resolve("flags/tokenizer.json")));
    assertThat(open(model("cased-by-config")).tokenizerJson()).isNotEqualTo(asWritten);
  }

  @Test
  void shouldRefuseAPromptThatIsToBeLeftOutOfThePooling() throws IOException {
    PublishedModel model = open(model("without-prompt"));
    EngineSettings.Text prompted =
        new EngineSettings.Text(Optional.of("query: "), Truncation.TRUNCATE_TAIL);
    assertThatThrownBy(() -> open(model, EncoderRole.QUESTION, prompted))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("without-prompt", "include_prompt", "encoder.prefix=");
  }
}
