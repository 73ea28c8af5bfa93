package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.AdamW;
import dev.questream.engine.EngineSettings;
import dev.questream.engine.TinyModelFolder;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private static final TrainingState BEGIN = TrainingState.begin(new AnswerRecall(new int[] {0}));
  private static final AnswerRecall BETTER = new AnswerRecall(new int[] {3});

  @TempDir Path folder;
  private Path kept;
  private TorchTrainer trainer;
  private Checkpoints checkpoints;

  @BeforeEach
  void open() throws IOException {
    Path model =
        TinyModelFolder.dpr(
            folder.resolve("model"), TinyCheckpoint.random(TinyCheckpoint.Layout.QUESTION, 1));
    trainer =
        TorchTrainer.open(
            PublishedModel.in(model),
            new TorchTrainer.Settings(
                Dropout.NONE,
                1,
                AdamW.DPR,
                EngineSettings.Compute.CPU,
                EngineSettings.Text.RECOMMENDED));
    kept = Files.createDirectory(folder.resolve("training"));
    checkpoints = new Checkpoints(kept);
  }

  @AfterEach
  void close() {
    trainer.close();
  }

  private List<String> files() throws IOException {
    try (var files = Files.list(kept)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void shouldGiveTheLastStateBitByBit() throws IOException {
    assertThat(checkpoints.state()).isEmpty();
    TrainingState state = BEGIN.step(3, 0.1).step(3, 1 / 3.0).epochDone(BETTER).step(2, 1e-17);
    checkpoints.save(trainer, BEGIN);
    checkpoints.save(trainer, state);
    TrainingState found = checkpoints.state().orElseThrow();
    assertThat(found).usingRecursiveComparison().isEqualTo(state);
    assertThat(found.steps()).isEqualTo(3);
    assertThat(found.epoch()).isEqualTo(2);
    checkpoints.restore(trainer, found);
    assertThat(trainer.steps()).isEqualTo(3);
  }

  /** A killed process leaves a checkpoint that is not whole, or two that are. */
  @Test
  void shouldGoOnFromTheLastWholeOne() throws IOException {
    checkpoints.save(trainer, BEGIN);
    Files.createDirectory(kept.resolve("checkpoint-000002.part"));
    Files.writeString(kept.resolve("checkpoint-000002.part/weights.safetensors"), "half");
    assertThat(checkpoints.state().orElseThrow().steps()).isZero();
    checkpoints.save(trainer, BEGIN.step(1, 1));
    assertThat(checkpoints.state().orElseThrow().steps()).isOne();
    assertThat(files()).containsExactly("checkpoint-000002");
  }

  @Test
  void shouldKeepTheBestWeightsThatTheCheckpointNames() throws IOException {
    TrainingState first = BEGIN.step(1, 1).epochDone(BETTER);
    checkpoints.saveBest(trainer, 1);
    checkpoints.save(trainer, first);
    checkpoints.saveBest(trainer, 2); // killed before its checkpoint
    assertThat(checkpoints.state().orElseThrow().best()).isOne();
    checkpoints.learnt(trainer, 1);
    checkpoints.save(trainer, first.step(1, 1).epochDone(new AnswerRecall(new int[] {1})));
    assertThat(files()).containsExactly("best-2.safetensors", "checkpoint-000002");
  }
}
