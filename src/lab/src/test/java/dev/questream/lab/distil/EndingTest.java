package dev.questream.lab.distil;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.AdamW;
import dev.questream.engine.EngineSettings;
import dev.questream.engine.TinyModelFolder;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written and what is kept when a training ends, in each of the ways. */
class EndingTest {
  private static final TrainingState WITHOUT = TrainingState.begin(hit(2));
  private static final TrainingState WITH = WITHOUT.step(1, 0.5).epochDone(hit(1));

  @TempDir Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private static AnswerRecall hit(int rank) {
    return new AnswerRecall(new int[] {rank});
  }

  private static Training.Outcome outcome(Training.End end, TrainingState state, String message) {
    return new Training.Outcome(end, state, new LearningSchedule(1, 1), message);
  }

  private int end(Training.Outcome outcome) throws IOException {
    PrintStream stream = new PrintStream(said, true, UTF_8);
    Console console = new Console(stream, stream, false);
    PublishedModel source =
        PublishedModel.in(
            TinyModelFolder.dpr(
                folder.resolve("source"),
                TinyCheckpoint.random(TinyCheckpoint.Layout.QUESTION, 1)));
    try (WorkFolder work = WorkFolder.open(folder.resolve("work"));
        TorchTrainer trainer =
            TorchTrainer.open(
                source,
                new TorchTrainer.Settings(
                    Dropout.NONE,
                    1,
                    AdamW.DPR,
                    EngineSettings.Compute.CPU,
                    EngineSettings.Text.RECOMMENDED))) {
      new Identity(Map.of()).claim(work.course());
      Files.writeString(work.course().resolve("scores.jsonl"), "");
      new Identity(Map.of()).claim(work.training());
      Output output = Output.of(folder.resolve("learnt"), work, console);
      Checkpoints checkpoints = new Checkpoints(work.training());
      checkpoints.saveBest(trainer, outcome.state().best());
      checkpoints.save(trainer, outcome.state());
      return new Ending(work, output, false, console)
          .end(
              outcome,
              source,
              best -> checkpoints.learnt(trainer, best),
              copy -> Files.writeString(copy.resolve("README.md"), "a card"));
    }
  }

  private List<String> left() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void shouldLeaveTheModelAlone() throws IOException {
    assertThat(end(outcome(Training.End.DONE, WITH, ""))).isZero();
    assertThat(left()).containsExactly("learnt", "source");
    assertThat(folder.resolve("learnt/README.md")).hasContent("a card");
  }

  @Test
  void shouldKeepTheCourseWhereNothingIsBetter() throws IOException {
    assertThat(end(outcome(Training.End.DONE, WITHOUT, ""))).isEqualTo(8);
    assertThat(left()).containsExactly("source", "work");
    assertThat(said.toString(UTF_8)).contains("nothing is written", "--work");
    assertThat(folder.resolve("work/course/scores.jsonl")).exists();
    assertThat(folder.resolve("work/training")).doesNotExist();
  }

  @Test
  void shouldWriteTheBestSoFarWhereItDiverges() throws IOException {
    assertThatThrownBy(() -> end(outcome(Training.End.DIVERGED, WITH, "step 7")))
        .isInstanceOfSatisfying(
            FatalException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DIVERGED))
        .hasMessageContaining("step 7")
        .hasMessageContaining("the model after epoch 1 is written");
    assertThat(folder.resolve("learnt/model.safetensors")).exists();
    assertThat(folder.resolve("work/training")).doesNotExist();
  }

  /** Stopped after epoch 1 was best, and again after epoch 2: no model is deleted. */
  @Test
  void shouldMoveAnEarlierModelAside() throws IOException {
    assertThat(end(outcome(Training.End.STOPPED, WITH, ""))).isNotZero();
    assertThat(folder.resolve("work/training/checkpoint-000001")).exists();
    assertThat(said.toString(UTF_8)).contains("the model after epoch 1", "stopped behind step 1");
    TrainingState third = WITH.step(1, 0.5).epochDone(hit(3));
    end(outcome(Training.End.STOPPED, third, ""));
    assertThat(left()).containsExactly("learnt", "source", "work");
    TrainingState later = WITHOUT.step(1, 0.5).epochDone(hit(2)).step(1, 0.5).epochDone(hit(1));
    assertThat(end(outcome(Training.End.DONE, later, ""))).isZero();
    assertThat(left()).containsExactly("learnt", "learnt.epoch-1", "source");
  }
}
