package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.engine.Lesson;
import dev.questream.engine.Objective;
import dev.questream.engine.TorchTrainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The steps: batches in an order of its own in each epoch, by the seed. */
final class Distillation {
  /** Tokens of a part of a batch, whose activations are in memory at once. */
  private static final int PART_TOKENS = 4096;

  private final TorchTrainer trainer;
  private final Course course;
  private final Recipe recipe;
  private final LearningSchedule schedule;
  private final Random random;
  private final TrainingLog log;
  private final List<Integer> order = new ArrayList<>();
  private int step;

  /**
   * How it is done.
   *
   * @param objective what is minimised
   * @param epochs passes over the questions
   * @param batch questions of a step
   * @param rate the highest learning rate
   * @param seed of the order
   */
  record Recipe(Objective objective, int epochs, int batch, double rate, int seed) {}

  /**
   * @param log is told of every step
   */
  Distillation(TorchTrainer trainer, Course course, Recipe recipe, TrainingLog log) {
    this.log = log;
    this.trainer = trainer;
    this.course = course;
    this.recipe = recipe;
    int steps = (course.size() + recipe.batch() - 1) / recipe.batch() * recipe.epochs();
    this.schedule = new LearningSchedule(recipe.rate(), steps);
    this.random = new Random(recipe.seed());
    for (int i = 0; i < course.size(); i++) {
      order.add(i);
    }
  }

  /**
   * Runs one epoch.
   *
   * @return the mean loss of a question
   * @throws FatalException if the loss or the gradient is no number
   */
  double epoch(int number, Console console) throws IOException {
    Collections.shuffle(order, random);
    Progress progress =
        console.progress("epoch %d of %d".formatted(number, recipe.epochs()), order.size());
    double sum = 0;
    for (int from = 0; from < order.size(); from += recipe.batch()) {
      List<Integer> batch = order.subList(from, Math.min(order.size(), from + recipe.batch()));
      double rate = schedule.rate(step);
      double loss = step(batch, rate);
      log.add(new TrainingLog.Step(step, number, rate, loss));
      sum += loss * batch.size();
      progress.at(
          from + batch.size(),
          String.format(Locale.ROOT, "loss %.4f, learning rate %.2g", loss, rate));
    }
    progress.done();
    return sum / order.size();
  }

  private double step(List<Integer> batch, double rate) throws IOException {
    double loss = 0;
    List<Lesson> part = new ArrayList<>();
    int tokens = 0;
    for (int i = 0; i < batch.size(); i++) {
      part.add(course.lesson(batch.get(i)));
      tokens += course.tokens(batch.get(i));
      if (i + 1 == batch.size() || tokens + course.tokens(batch.get(i + 1)) > PART_TOKENS) {
        loss += trainer.accumulate(part, recipe.objective(), batch.size());
        part.clear();
        tokens = 0;
      }
    }
    requireNumber(loss, "loss");
    requireNumber(trainer.update(rate), "gradient");
    step++;
    return loss;
  }

  private void requireNumber(double value, String what) {
    if (!Double.isFinite(value)) {
      throw new FatalException(
          ExitCode.FAILED,
          "the %s of step %,d is no number; take a lower --learning-rate, or look for scores out of range"
              .formatted(what, step + 1));
    }
  }
}
