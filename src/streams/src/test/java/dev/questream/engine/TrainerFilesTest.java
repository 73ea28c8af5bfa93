package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A training that another process goes on with. */
class TrainerFilesTest {
  private static final Dropout DROPOUT = new Dropout(0.1, 0.1);

  @TempDir Path work;

  private static TorchTrainer open(PublishedModel model) {
    return TorchTrainer.open(model, TrainingFixture.settings(DROPOUT, 7, AdamW.DPR));
  }

  /** In two parts, so that the dropout of each counts. */
  private static void train(TrainingFixture fixture, TorchTrainer trainer, int from, int to) {
    for (int step = from; step < to; step++) {
      List<Lesson> batch = fixture.batch(step);
      for (List<Lesson> part : List.of(batch.subList(0, 1), batch.subList(1, batch.size()))) {
        trainer.accumulate(part, fixture.objective(), batch.size());
      }
      trainer.update(0.01);
    }
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectory(work.resolve(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dpr", "dense-several", "distilbert-mean"})
  void shouldGoOnBitByBit(String name) throws IOException {
    TrainingFixture fixture = TrainingFixture.named(name);
    PublishedModel model = fixture.model(work.resolve("source"));
    Path middle = folder("middle");
    Path end = folder("end");
    try (TorchTrainer trainer = open(model)) {
      train(fixture, trainer, 0, 3);
      TrainerFiles.save(trainer, middle);
      train(fixture, trainer, 3, 6);
      TrainerFiles.save(trainer, end);
    }
    Path resumed = folder("resumed");
    try (TorchTrainer trainer = open(model)) {
      TrainerFiles.load(trainer, middle, 3);
      train(fixture, trainer, 3, 6);
      TrainerFiles.save(trainer, resumed);
    }
    for (String file : List.of("weights", "means", "squares")) {
      assertThat(resumed.resolve(file + ".safetensors"))
          .hasSameBinaryContentAs(end.resolve(file + ".safetensors"));
    }
    assertThat(Files.readAllBytes(end.resolve("weights.safetensors")))
        .isNotEqualTo(Files.readAllBytes(middle.resolve("weights.safetensors")));
  }

  @Test
  void shouldRefuseWhatIsCut() throws IOException {
    PublishedModel model = TrainingFixture.named("dpr").model(work.resolve("source"));
    Path kept = folder("kept");
    try (TorchTrainer trainer = open(model)) {
      TrainerFiles.save(trainer, kept);
      Path means = kept.resolve("means.safetensors");
      byte[] whole = Files.readAllBytes(means);
      Files.write(means, java.util.Arrays.copyOf(whole, whole.length - 4));
      assertThatThrownBy(() -> TrainerFiles.load(trainer, kept, 1))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("means.safetensors");
    }
  }

  @Test
  void shouldRefuseThatOfAnotherModel() throws IOException {
    Path kept = folder("kept");
    try (TorchTrainer trainer =
        open(TrainingFixture.named("distilbert-mean").model(work.resolve("a")))) {
      TrainerFiles.save(trainer, kept);
    }
    try (TorchTrainer trainer = open(TrainingFixture.named("dpr").model(work.resolve("b")))) {
      assertThatThrownBy(() -> TrainerFiles.load(trainer, kept, 1))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("weights.safetensors");
    }
  }
}
