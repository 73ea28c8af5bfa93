package dev.questream.lab.distil;

import dev.questream.engine.Lesson;
import dev.questream.engine.Objective;
import dev.questream.engine.TorchTrainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** The steps: batches in an order of its own in each epoch, by the seed and its number. */
final class Distillation {
  private final TorchTrainer trainer;
  private final Course course;
  private final Recipe recipe;
  private final LearningSchedule schedule;

  /**
   * How it is done.
   *
   * @param objective what is minimised
   * @param epochs passes over the questions
   * @param batch questions of a step
   * @param rate the highest learning rate
   * @param seed of the order
   */
  record Recipe(Objective objective, int epochs, int batch, double rate, int seed) {
    /** The rates of all steps. */
    LearningSchedule schedule(int questions) {
      return new LearningSchedule(rate, (questions + batch - 1) / batch * epochs);
    }
  }

  /** Thrown where a loss or a gradient is no number; the weights are those of the step before. */
  static final class Diverged extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Diverged(String what, int step) {
      super(
          "the %s of step %,d is no number; take a lower --learning-rate, or look for scores out of range"
              .formatted(what, step));
    }
  }

  Distillation(TorchTrainer trainer, Course course, Recipe recipe) {
    this.trainer = trainer;
    this.course = course;
    this.recipe = recipe;
    this.schedule = recipe.schedule(course.size());
  }

  int epochs() {
    return recipe.epochs();
  }

  LearningSchedule schedule() {
    return schedule;
  }

  /** The questions in the order of an epoch. */
  List<Integer> order(int epoch) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, course.size()).boxed().toList());
    Collections.shuffle(order, new Random(31L * recipe.seed() + epoch));
    return order;
  }

  /** The batch of an order that begins behind so many questions. */
  List<Integer> batch(List<Integer> order, int done) {
    return order.subList(done, Math.min(order.size(), done + recipe.batch()));
  }

  /**
   * Takes a step.
   *
   * @param number counted from 0
   * @return the mean loss of a question
   * @throws Diverged if loss or gradient is no number
   */
  double step(List<Integer> batch, int number) throws IOException {
    double loss = 0;
    for (List<Integer> part : Parts.DEFAULT.of(batch, course::tokens, course::candidates)) {
      List<Lesson> lessons = new ArrayList<>();
      for (int question : part) {
        lessons.add(course.lesson(question));
      }
      loss += trainer.accumulate(lessons, recipe.objective(), batch.size());
    }
    requireNumber(loss, "loss", number);
    requireNumber(trainer.update(schedule.rate(number)), "gradient", number);
    return loss;
  }

  private static void requireNumber(double value, String what, int number) {
    if (!Double.isFinite(value)) {
      throw new Diverged(what, number + 1);
    }
  }
}
