package dev.questream.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A tiny encoder, and what PyTorch makes of it in some steps ({@code make_training_fixtures.py}).
 */
public final class TrainingFixture {
  private static final Path RESOURCES = Path.of("src/test/resources");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode json;

  private TrainingFixture(JsonNode json) {
    this.json = json;
  }

  static TrainingFixture named(String name) throws IOException {
    for (JsonNode each : JSON.readTree(RESOURCES.resolve("training/fixtures.json").toFile())) {
      if (each.get("name").asText().equals(name)) {
        return new TrainingFixture(each);
      }
    }
    throw new AssertionError(name);
  }

  String name() {
    return json.get("name").asText();
  }

  /** Writes the model as it was before. */
  PublishedModel model(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("tokenizer.json"), TinyModelFolder.tokenizerJson());
    Files.copy(
        RESOURCES.resolve(json.get("weights").asText()), folder.resolve("model.safetensors"));
    for (Map.Entry<String, JsonNode> file : json.get("files").properties()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      JSON.writeValue(target.toFile(), file.getValue());
    }
    for (Map.Entry<String, JsonNode> dense : json.get("dense").properties()) {
      String file = dense.getValue().asText();
      Files.copy(
          RESOURCES.resolve("families/weights").resolve(file),
          folder
              .resolve(dense.getKey())
              .resolve(file.endsWith(".bin") ? "pytorch_model.bin" : "model.safetensors"));
    }
    return PublishedModel.in(folder);
  }

  TorchTrainer open(Path folder) throws IOException {
    AdamW optimizer = new AdamW(0.9, 0.999, number("epsilon"), number("decay"), number("clip"));
    return TorchTrainer.open(model(folder), settings(Dropout.NONE, 1, optimizer));
  }

  static TorchTrainer.Settings settings(Dropout dropout, int seed, AdamW optimizer) {
    return new TorchTrainer.Settings(
        dropout, seed, optimizer, EngineSettings.Compute.CPU, EngineSettings.Text.RECOMMENDED);
  }

  Objective objective() {
    return new Objective(number("temperature"), number("scale"), number("supervised"));
  }

  private double number(String key) {
    return json.get(key).doubleValue();
  }

  double[] numbers(String key) {
    return JSON.convertValue(json.get(key), double[].class);
  }

  /** Of the texts of the first batch, by PyTorch's model in the end. */
  List<double[]> vectors() {
    return List.of(JSON.convertValue(json.get("vectors"), double[][].class));
  }

  /** The lessons of a step, counted from 0. */
  List<Lesson> batch(int step) {
    List<Lesson> lessons = new ArrayList<>();
    for (JsonNode lesson : json.get("batches").get(step % json.get("batches").size())) {
      int[] hits = JSON.convertValue(lesson.get("hits"), int[].class);
      boolean[] answers = new boolean[hits.length];
      for (int i = 0; i < hits.length; i++) {
        answers[i] = hits[i] == 1;
      }
      lessons.add(
          new Lesson(
              JSON.convertValue(lesson.get("ids"), int[].class),
              List.of(JSON.convertValue(lesson.get("passages"), float[][].class)),
              JSON.convertValue(lesson.get("scores"), float[].class),
              answers));
    }
    return lessons;
  }

  /** {@code gradient} of the first step, or what was {@code learnt} in the end. */
  Checkpoint tensors(String what) {
    return Checkpoint.open(RESOURCES.resolve("training/%s.%s.safetensors".formatted(name(), what)));
  }
}
