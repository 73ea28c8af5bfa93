package dev.questream.lab.bench.encoder;

import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Truncation;
import dev.questream.engine.AdamW;
import dev.questream.engine.DeviceChoice;
import dev.questream.engine.EngineSettings;
import dev.questream.engine.Lesson;
import dev.questream.engine.Objective;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.bench.BenchQuestions;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.Spread;
import dev.questream.model.Encoders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Measures steps of distillation, in the questions' order: forward, loss, gradient, AdamW. Tokens
 * are there before; candidates and scores are random numbers.
 */
final class DistilBench {
  private static final int VECTORS = 4096; // candidates are drawn from so many
  private static final double RATE = 1e-6; // so small that the weights stay sound

  private final QuestreamConfig config;
  private final BenchQuestions questions;
  private final Plan plan;
  private final Consumer<String> progress;

  /**
   * What is to be done.
   *
   * @param batch questions of a step
   * @param topK candidates of a question
   * @param rounds how often it is measured
   * @param atLeast how long a round takes; it ends with a whole pass over the questions
   */
  record Plan(int batch, int topK, int rounds, Duration atLeast) {}

  /**
   * @param progress told what is being done
   */
  DistilBench(
      QuestreamConfig config, BenchQuestions questions, Plan plan, Consumer<String> progress) {
    this.config = config;
    this.questions = questions;
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Opens the configured model and measures it.
   *
   * @throws dev.questream.weights.ModelException if it cannot be used
   */
  DistilResult run() {
    MachineFacts machine = MachineFacts.current();
    PublishedModel source = Encoders.resolve(config);
    int threads = Encoders.trainingThreads(System.getenv());
    TorchTrainer.Settings settings =
        new TorchTrainer.Settings(
            source.config().dropout(),
            1,
            AdamW.DPR,
            new EngineSettings.Compute(
                new DeviceChoice(config.getString(QuestreamConfig.DEVICE)), threads),
            new EngineSettings.Text(
                config.prefix(), Truncation.of(config.getString(QuestreamConfig.TRUNCATION))));
    try (TorchTrainer trainer = TorchTrainer.open(source, settings)) {
      List<Lesson> lessons = lessons(trainer);
      Objective objective = new Objective(1, 1, 0);
      progress.accept("warm-up");
      pass(trainer, lessons, objective);
      double[] rates = new double[plan.rounds()];
      for (int round = 0; round < rates.length; round++) {
        progress.accept("round %d of %d".formatted(round + 1, rates.length));
        long begin = System.nanoTime();
        int passes = 0;
        do {
          pass(trainer, lessons, objective);
          passes++;
        } while (System.nanoTime() - begin < plan.atLeast().toNanos());
        rates[round] = passes * (double) lessons.size() / ((System.nanoTime() - begin) / 1e9);
      }
      FlopCount flops =
          source.read((EncoderCheckpoint found) -> new FlopCount(found.config(), found.output()));
      int[] tokens = lessons.stream().mapToInt(lesson -> lesson.ids().length).toArray();
      return new DistilResult(
          "distil",
          new DistilResult.Asked(questions.source(), Work.of(tokens, flops)),
          new DistilResult.Setup(source.id(), plan.batch(), plan.topK(), threads),
          machine,
          MachineFacts.load(),
          Spread.of(rates),
          machine.quiet() ? List.of() : List.of(machine.warning()));
    }
  }

  private List<Lesson> lessons(TorchTrainer trainer) {
    Random random = new Random(1);
    List<int[]> ids = questions.texts().stream().map(trainer::tokenize).toList();
    int dimensions = trainer.encode(ids.subList(0, 1)).get(0).length;
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < VECTORS; i++) {
      vectors.add(numbers(random, dimensions));
    }
    return ids.stream().map(each -> lesson(each, vectors, random)).toList();
  }

  private Lesson lesson(int[] ids, List<float[]> vectors, Random random) {
    List<float[]> candidates =
        random.ints(plan.topK(), 0, vectors.size()).mapToObj(vectors::get).toList();
    return new Lesson(ids, candidates, numbers(random, plan.topK()), new boolean[plan.topK()]);
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private void pass(TorchTrainer trainer, List<Lesson> lessons, Objective objective) {
    for (int from = 0; from < lessons.size(); from += plan.batch()) {
      List<Lesson> batch = lessons.subList(from, Math.min(lessons.size(), from + plan.batch()));
      trainer.accumulate(batch, objective, batch.size());
      trainer.update(RATE);
    }
  }
}
