package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.checkpoint.ReaderModel;
import dev.questream.encoder.EncoderInput;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.SafetensorsWriter;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tiny readers and cross-encoders against the ids and scores of {@code transformers} ({@code
 * make_reader_fixtures.py}).
 */
class TorchReaderTest {
  private static final Path RESOURCES = Path.of("src/test/resources");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-5;

  @TempDir Path work;

  private static JsonNode fixture(String name) throws IOException {
    for (JsonNode each : JSON.readTree(RESOURCES.resolve("readers/fixtures.json").toFile())) {
      if (each.get("name").asText().equals(name)) {
        return each;
      }
    }
    throw new AssertionError(name);
  }

  private ReaderModel reader(String name) throws IOException {
    Files.copy(
        RESOURCES.resolve("readers/%s.safetensors".formatted(name)),
        work.resolve("model.safetensors"));
    Files.copy(RESOURCES.resolve("golden/tokenizer.json"), work.resolve("tokenizer.json"));
    JSON.writeValue(work.resolve("config.json").toFile(), fixture(name).get("config"));
    return ReaderModel.in(work);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dpr", "bert", "roberta", "distilbert"})
  void shouldScoreAsTransformersDoes(String name, TestReporter reporter) throws IOException {
    int vocabulary = fixture(name).get("config").get("vocab_size").asInt();
    try (TorchReader reader = TorchReader.open(reader(name), DeviceChoice.cpu());
        TorchReader.Session session = reader.openSession()) {
      double worst = 0;
      for (JsonNode pair : fixture(name).get("cases")) {
        String question = pair.get("question").asText();
        EncoderInput passage =
            EncoderInput.passage(pair.get("title").asText(), pair.get("text").asText());
        int[] ids = JSON.convertValue(pair.get("ids"), int[].class);
        for (int i = 0; i < ids.length && pair.get("types").isArray(); i++) {
          ids[i] += vocabulary * pair.get("types").get(i).asInt();
        }
        assertThat(reader.ids(question, passage)).as(question).containsExactly(ids);
        double score = session.scores(question, List.of(passage))[0];
        worst = Math.max(worst, Math.abs(score - pair.get("score").asDouble()));
      }
      reporter.publishEntry(name + ": worst difference", "%.3g".formatted(worst));
      assertThat(worst).isLessThan(TOLERANCE);
    }
  }

  @Test
  void shouldScoreTheSameInABatch() throws IOException {
    try (TorchReader reader = TorchReader.open(reader("bert"), DeviceChoice.cpu());
        TorchReader.Session session = reader.openSession()) {
      String question = "which river";
      List<EncoderInput> passages = new ArrayList<>();
      for (JsonNode pair : fixture("bert").get("cases")) {
        passages.add(EncoderInput.passage(pair.get("title").asText(), pair.get("text").asText()));
      }
      float[] together = session.scores(question, passages);
      for (int i = 0; i < together.length; i++) {
        float alone = session.scores(question, List.of(passages.get(i)))[0];
        assertThat(Math.abs(together[i] - alone)).isLessThan((float) TOLERANCE);
      }
    }
  }

  @Test
  void shouldRefuseSeveralLabels() throws IOException {
    Checkpoint one = Checkpoint.open(RESOURCES.resolve("readers/bert.safetensors"));
    List<SafetensorsWriter.Entry> entries = new ArrayList<>();
    for (String name : one.names()) {
      boolean label = name.startsWith("classifier.");
      List<Long> shape = new ArrayList<>(one.shape(name).dimensions());
      shape.set(0, label ? 2 : shape.get(0));
      entries.add(new SafetensorsWriter.Entry(name, one.read(name).type(), new TensorShape(shape)));
    }
    SafetensorsWriter.write(
        work.resolve("model.safetensors"),
        entries,
        entry ->
            entry.name().startsWith("classifier.")
                ? new Tensor(
                    entry.name(),
                    entry.type(),
                    entry.shape(),
                    ByteBuffer.allocate((int) entry.shape().bytes(entry.type())))
                : one.read(entry.name()));
    Files.copy(RESOURCES.resolve("golden/tokenizer.json"), work.resolve("tokenizer.json"));
    Files.writeString(
        work.resolve("config.json"), "{\"model_type\": \"bert\", \"num_attention_heads\": 2}");
    ReaderModel reader = ReaderModel.in(work);
    assertThatThrownBy(reader::encoder)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("gives 2 labels");
  }

  @Test
  void shouldRefuseAnEncoder() throws IOException {
    TrainingFixture.named("dpr").model(work);
    assertThatThrownBy(() -> ReaderModel.in(work))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("holds no reader: it is a question encoder");
  }
}
