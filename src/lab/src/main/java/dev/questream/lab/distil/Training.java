package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.app.console.Progress;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * Epochs, with checkpoints: what a killed process loses is done again in the same way, so that the
 * model is the same, bit by bit, on the same processor.
 */
final class Training {
  private final TorchTrainer trainer;
  private final Distillation distillation;
  private final HeldOut heldOut;
  private final Checkpoints checkpoints;
  private final Stop stop;
  private final long everyNanos;
  private final Console console;
  private TrainingState state;
  private int savedSteps; // of the last checkpoint
  private int savedEpochs;
  private long saved = System.nanoTime();

  /**
   * @param everyNanos how often it is kept between the ends of epochs
   */
  Training(
      TorchTrainer trainer,
      Distillation distillation,
      HeldOut heldOut,
      Checkpoints checkpoints,
      Stop stop,
      long everyNanos,
      Console console) {
    this.trainer = trainer;
    this.distillation = distillation;
    this.heldOut = heldOut;
    this.checkpoints = checkpoints;
    this.stop = stop;
    this.everyNanos = everyNanos;
    this.console = console;
  }

  /** How it ended. */
  enum End {
    DONE,
    STOPPED,
    DIVERGED
  }

  /**
   * What it came to.
   *
   * @param schedule the rates of its steps
   * @param message of a training that diverged
   */
  record Outcome(End end, TrainingState state, LearningSchedule schedule, String message) {}

  private Outcome outcome(End end, String message) {
    return new Outcome(end, state, distillation.schedule(), message);
  }

  /**
   * Trains from a state on, which is the trainer's.
   *
   * @throws IOException if a checkpoint cannot be written
   */
  Outcome run(TrainingState start) throws IOException {
    state = start;
    savedSteps = start.steps();
    savedEpochs = start.epochs().size();
    try {
      while (state.epoch() <= distillation.epochs()) {
        epoch();
      }
      return outcome(End.DONE, "");
    } catch (Stop.Stopped e) {
      save();
      return outcome(End.STOPPED, "");
    } catch (Distillation.Diverged e) {
      return outcome(End.DIVERGED, e.getMessage());
    }
  }

  private void epoch() throws IOException {
    int number = state.epoch();
    List<Integer> order = distillation.order(number);
    Progress progress =
        console.progress(
            "epoch %d of %d".formatted(number, distillation.epochs()),
            order.size() - state.questions());
    int before = state.questions();
    while (state.questions() < order.size()) {
      stop.check();
      List<Integer> batch = distillation.batch(order, state.questions());
      double loss = distillation.step(batch, state.steps());
      state = state.step(batch.size(), loss);
      progress.at(
          state.questions() - before,
          String.format(
              Locale.ROOT,
              "loss %.4f, learning rate %.2g",
              loss,
              distillation.schedule().rate(state.steps() - 1)));
      if (System.nanoTime() - saved >= everyNanos) {
        save();
      }
    }
    progress.done();
    AnswerRecall recall = heldOut.recall(trainer, stop);
    state = state.epochDone(recall);
    if (state.best() == number) {
      checkpoints.saveBest(trainer, number);
    }
    save();
    console
        .out()
        .printf(
            Locale.ROOT,
            "epoch %d: loss %.4f, %s%s%n",
            number,
            state.epochs().get(number - 1).loss(),
            heldOut.worded(recall),
            state.best() == number ? ", the best so far" : "");
  }

  private void save() throws IOException {
    if (state.steps() > savedSteps || state.epochs().size() > savedEpochs) {
      checkpoints.save(trainer, state);
      savedSteps = state.steps();
      savedEpochs = state.epochs().size();
      saved = System.nanoTime();
    }
  }
}
