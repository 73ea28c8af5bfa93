package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.ModelCopy;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderRole;
import dev.questream.torchscript.LearntTensors;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that have been trained, as folders: what they hold, and the vectors that they give. */
class TrainedModelTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path work;

  /** The golden vectors are those of PyTorch's model after its own training. */
  @ParameterizedTest
  @ValueSource(strings = {"dpr", "dense-several", "roberta-cls", "distilbert-mean"})
  void shouldGiveTheVectorsOfPyTorchsModel(String name, TestReporter reporter) throws IOException {
    TrainingFixture fixture = TrainingFixture.named(name);
    Path learnt = trained(fixture);
    List<int[]> texts = fixture.batch(0).stream().map(Lesson::ids).toList();
    try (TorchBackend backend = open(learnt);
        EncoderBackend.Session session = backend.openSession()) {
      List<float[]> found = session.encode(texts);
      double worst = 0;
      for (int text = 0; text < texts.size(); text++) {
        double[] expected = fixture.vectors().get(text);
        double scale = 1;
        for (double element : expected) {
          scale = Math.max(scale, Math.abs(element));
        }
        assertThat(found.get(text)).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
          worst = Math.max(worst, Math.abs(found.get(text)[i] - expected[i]) / scale);
        }
      }
      reporter.publishEntry(name + ": vectors", "%.3g".formatted(worst));
      assertThat(worst).isLessThan(TOLERANCE);
    }
  }

  private Path trained(TrainingFixture fixture) throws IOException {
    Path learnt = work.resolve("learnt");
    try (TorchTrainer trainer = fixture.open(work.resolve("source"))) {
      double[] rates = fixture.numbers("rates");
      for (int step = 0; step < rates.length; step++) {
        List<Lesson> batch = fixture.batch(step);
        trainer.accumulate(batch, fixture.objective(), batch.size());
        trainer.update(rates[step]);
      }
      ModelCopy.into(learnt).write(PublishedModel.in(work.resolve("source")), learnt(trainer));
    }
    return learnt;
  }

  private LearntTensors learnt(TorchTrainer trainer) throws IOException {
    TrainerFiles.saveWeights(trainer, work.resolve("weights.safetensors"));
    return LearntTensors.in(work.resolve("weights.safetensors"), trainer.trained());
  }

  private TorchBackend open(Path folder) {
    return TorchBackend.open(
        PublishedModel.in(folder),
        new EngineSettings(
            EncoderRole.QUESTION,
            EngineSettings.Text.RECOMMENDED,
            new EngineSettings.Arithmetic(PrecisionChoice.of("fp32"), -1),
            EngineSettings.Compute.CPU,
            work.resolve("cache")));
  }

  @Test
  void shouldLeaveWhatIsNotTrainedAsItWas() throws IOException {
    Path learnt = trained(TrainingFixture.named("dpr"));
    Checkpoint before = Checkpoint.open(work.resolve("source/model.safetensors"));
    Checkpoint after = Checkpoint.open(learnt.resolve("model.safetensors"));
    assertThat(after.names()).containsExactlyInAnyOrderElementsOf(before.names());
    for (String name : before.names()) {
      boolean same = name.contains("pooler") || name.endsWith("position_ids");
      assertThat(after.shape(name)).isEqualTo(before.shape(name));
      assertThat(after.read(name).type()).isEqualTo(before.read(name).type());
      assertThat(after.read(name).data().equals(before.read(name).data())).as(name).isEqualTo(same);
    }
    assertThat(learnt.resolve("config.json"))
        .hasSameBinaryContentAs(work.resolve("source/config.json"));
    assertThat(learnt.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(work.resolve("source/tokenizer.json"));
  }

  @Test
  void shouldHoldTheFilesOfEveryModule() throws IOException {
    Path learnt = trained(TrainingFixture.named("dense-several"));
    assertThat(files(learnt))
        .contains("modules.json", "1_Pooling/config.json", "3_Dense/model.safetensors")
        .contains("4_Dense/config.json", "4_Dense/model.safetensors", "tokenizer.json");
    assertThat(files(work)).noneMatch(name -> name.endsWith(".part"));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(file -> folder.relativize(file).toString()).toList();
    }
  }

  /** What was stored in 16 bits is float32 now, and the config must not say otherwise. */
  @Test
  void shouldKeepWhatIsLearntInFloat32() throws IOException {
    Path source = Files.createDirectory(work.resolve("half"));
    Path golden = Path.of("src/test/resources/golden");
    Files.copy(
        golden.resolve("weights/bert-float16.safetensors"), source.resolve("model.safetensors"));
    Files.copy(golden.resolve("tokenizer.json"), source.resolve("tokenizer.json"));
    Files.writeString(
        source.resolve("config.json"),
        "{\"model_type\": \"bert\", \"num_attention_heads\": 4, \"torch_dtype\": \"float16\"}");
    PublishedModel model = PublishedModel.in(source);
    try (TorchTrainer trainer =
        TorchTrainer.open(model, TrainingFixture.settings(Dropout.NONE, 1, AdamW.DPR))) {
      ModelCopy.into(work.resolve("learnt")).write(model, learnt(trainer));
    }
    Checkpoint learnt = Checkpoint.open(work.resolve("learnt/model.safetensors"));
    assertThat(learnt.read("embeddings.LayerNorm.weight").type()).isEqualTo(ElementType.FLOAT32);
    assertThat(work.resolve("learnt/config.json")).content().contains("\"float32\"");
  }

  /** DPR's own training writes both sides into one file, which no class of transformers reads. */
  @Test
  void shouldWriteTheQuestionSideOfDprsTrainingAsADprQuestionEncoder() throws IOException {
    Path source = dprTraining();
    PublishedModel model = PublishedModel.in(source);
    Path learnt = work.resolve("learnt");
    try (TorchTrainer trainer =
        TorchTrainer.open(model, TrainingFixture.settings(Dropout.NONE, 1, AdamW.DPR))) {
      ModelCopy.into(learnt).write(model, learnt(trainer));
    }
    Path weights = learnt.resolve("model.safetensors");
    assertThat(Checkpoint.open(weights).names())
        .contains("question_encoder.bert_model.embeddings.word_embeddings.weight")
        .contains("question_encoder.encode_proj.weight")
        .allMatch(name -> name.startsWith("question_encoder."));
    JsonNode config = new ObjectMapper().readTree(learnt.resolve("config.json").toFile());
    assertThat(config.get("architectures").get(0).asText()).isEqualTo("DPRQuestionEncoder");
    assertThat(config.get("projection_dim").asInt()).isEqualTo(6);
    assertThat(ModelCopy.bytes(model)).isBetween(Files.size(weights) / 2, 2 * Files.size(weights));
    List<int[]> texts = List.of(new int[] {2, 4, 1, 4, 3}, new int[] {2, 4, 3});
    try (TorchBackend before = open(source);
        TorchBackend after = open(learnt);
        EncoderBackend.Session expected = before.openSession();
        EncoderBackend.Session found = after.openSession()) {
      for (int i = 0; i < texts.size(); i++) {
        assertThat(found.encode(texts).get(i)).containsExactly(expected.encode(texts).get(i));
      }
    }
  }

  @Test
  void shouldRefuseACopyThatNothingWouldRead() throws IOException {
    Path source = dprTraining();
    Files.writeString(source.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 16}");
    assertThatThrownBy(() -> ModelCopy.bytes(PublishedModel.in(source)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("holds both sides")
        .hasMessageContaining("another pooling");
  }

  private Path dprTraining() throws IOException {
    Path source = Files.createDirectory(work.resolve("training"));
    Path both = Path.of("src/test/resources/golden/forms/retriever.cp");
    Files.copy(both, source.resolve("retriever.cp"));
    Files.writeString(source.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n");
    Files.writeString(
        source.resolve("config.json"), "{\"model_type\": \"bert\", \"num_attention_heads\": 2}");
    return source;
  }

  @Test
  void shouldAddFilesBeforeTheCopyIsWhole() throws IOException {
    TrainingFixture fixture = TrainingFixture.named("dpr");
    PublishedModel model = fixture.model(work.resolve("source"));
    try (TorchTrainer trainer =
        TorchTrainer.open(model, TrainingFixture.settings(Dropout.NONE, 1, AdamW.DPR))) {
      ModelCopy copy = ModelCopy.into(work.resolve("learnt"));
      LearntTensors learnt = learnt(trainer);
      assertThatThrownBy(
              () ->
                  copy.write(
                      model,
                      learnt,
                      part -> {
                        throw new IOException("No space left on device");
                      }))
          .hasMessageContaining("No space left");
      assertThat(files(work))
          .noneMatch(name -> name.startsWith("learnt") || name.endsWith(".part"));
      Files.createDirectories(work.resolve(".learnt.part/of a process that was killed"));
      copy.write(
          model,
          learnt,
          part -> Files.copy(part.resolve("model.safetensors"), part.resolve("twice")));
    }
    assertThat(work.resolve(".learnt.part")).doesNotExist();
    assertThat(work.resolve("learnt/of a process that was killed")).doesNotExist();
    assertThat(work.resolve("learnt/twice"))
        .hasSameBinaryContentAs(work.resolve("learnt/model.safetensors"));
  }

  @Test
  void shouldRefuseAFolderThatHoldsSomething() throws IOException {
    Files.writeString(work.resolve("note.txt"), "mine");
    assertThatThrownBy(() -> ModelCopy.into(work))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("holds something already");
  }
}
