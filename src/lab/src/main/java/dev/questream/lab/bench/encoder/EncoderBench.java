package dev.questream.lab.bench.encoder;

import dev.questream.checkpoint.BertCheckpoint;
import dev.questream.checkpoint.BertConfig;
import dev.questream.checkpoint.Checkpoint;
import dev.questream.checkpoint.Model;
import dev.questream.config.QuestreamConfig;
import dev.questream.djl.DeviceChoice;
import dev.questream.djl.MatrixRate;
import dev.questream.encoder.BatchingEncoder;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.EncoderStatistics;
import dev.questream.lab.bench.Latency;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.QuestionSet;
import dev.questream.lab.bench.Spread;
import dev.questream.model.Encoders;
import dev.questream.torchscript.LinearKernels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Measures the encoder without Kafka: warm-up, then rounds, and before each round the machine's own
 * rate of matrix products.
 */
public final class EncoderBench {
  private static final Duration MATRICES = Duration.ofMillis(700);

  private final QuestreamConfig config;
  private final QuestionSet questions;
  private final Plan plan;
  private final Consumer<String> progress;

  /** How questions are asked. */
  public enum Mode {
    /** As many at once as the encoder takes. */
    BATCH,
    /** Each when the one before it is answered. */
    SINGLE
  }

  /**
   * What is to be done.
   *
   * @param mode how questions are asked
   * @param rounds how often it is measured
   * @param atLeast how long a round takes; it ends with a whole pass over the questions
   */
  public record Plan(Mode mode, int rounds, Duration atLeast) {}

  /** One round: a rate, the latencies where questions were asked singly, and the machine's rate. */
  private record Measured(double perSecond, Latency latency, double matrixFlop) {}

  /** All rounds, and what the encoder has counted meanwhile. */
  private record Observed(
      List<Measured> rounds,
      LinearKernels kernels,
      EncoderStatistics before,
      EncoderStatistics after) {

    Spread spread(ToDoubleFunction<Measured> figure) {
      return Spread.of(rounds.stream().mapToDouble(figure).toArray());
    }

    double perBatch(ToLongFunction<EncoderStatistics> count) {
      long batches = Math.max(1, after.batches() - before.batches());
      return (double) (count.applyAsLong(after) - count.applyAsLong(before)) / batches;
    }
  }

  /**
   * @param progress told what is being done
   */
  public EncoderBench(
      QuestreamConfig config, QuestionSet questions, Plan plan, Consumer<String> progress) {
    this.config = config;
    this.questions = questions;
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Opens the configured model and measures it.
   *
   * @throws dev.questream.checkpoint.ModelException if it cannot be used
   */
  public EncoderResult run() {
    MachineFacts machine = MachineFacts.current();
    Model model = Encoders.resolve(config);
    BertConfig dimensions =
        model.withWeights(
            weights -> BertCheckpoint.of(Checkpoint.open(weights), model.config()).config());
    try (BatchingEncoder encoder = Encoders.open(config, EncoderRole.QUESTION);
        MatrixRate matrices =
            MatrixRate.open(
                encoder.info().precision(),
                dimensions.hidden(),
                dimensions.intermediate(),
                new DeviceChoice(config.getString(QuestreamConfig.DEVICE)))) {
      progress.accept("warm-up");
      EncoderRounds rounds = new EncoderRounds(encoder, questions);
      int passes = plan.mode() == Mode.BATCH ? rounds.passes(plan.atLeast()) : 0;
      EncoderStatistics before = encoder.statistics();
      List<Measured> measured = new ArrayList<>();
      for (int i = 1; i <= plan.rounds(); i++) {
        progress.accept("round %d of %d".formatted(i, plan.rounds()));
        double flop = matrices.measure(threads(encoder), MATRICES);
        measured.add(measure(rounds, passes, flop));
      }
      return result(
          machine,
          dimensions,
          rounds,
          new Observed(measured, matrices.kernels(), before, encoder.statistics()),
          encoder);
    }
  }

  private int threads(BatchingEncoder encoder) {
    return plan.mode() == Mode.SINGLE ? 1 : encoder.workers();
  }

  private Measured measure(EncoderRounds rounds, int passes, double matrixFlop) {
    if (plan.mode() == Mode.BATCH) {
      return new Measured(rounds.batch(passes).perSecond(), null, matrixFlop);
    }
    long[] nanos = rounds.single(plan.atLeast());
    double seconds = Arrays.stream(nanos).sum() / 1e9;
    return new Measured(nanos.length / seconds, Latency.of(nanos), matrixFlop);
  }

  private EncoderResult result(
      MachineFacts machine,
      BertConfig dimensions,
      EncoderRounds rounds,
      Observed observed,
      BatchingEncoder encoder) {
    EncoderInfo info = encoder.info();
    Work work = Work.of(rounds.tokenCounts(), new FlopCount(dimensions, info.pooling()));
    Spread perSecond = observed.spread(Measured::perSecond);
    Spread matrixFlop = observed.spread(Measured::matrixFlop);
    return new EncoderResult(
        "encoder",
        plan.mode().name().toLowerCase(Locale.ROOT),
        questions.source(),
        rounds.leftOut(),
        work,
        EncoderResult.Setup.of(encoder, dimensions),
        machine,
        MachineFacts.load(),
        perSecond,
        perSecond.times(work.meanTokens()),
        perSecond.times(work.flopPerQuestion() / 1e9),
        matrixFlop.times(1e-9),
        observed.kernels(),
        perSecond.median() * work.flopPerQuestion() / matrixFlop.median(),
        EncoderResult.Singly.of(observed.rounds().stream().map(Measured::latency).toList()),
        observed.perBatch(EncoderStatistics::texts),
        observed.perBatch(EncoderStatistics::tokens),
        warnings(machine, rounds));
  }

  private static List<String> warnings(MachineFacts machine, EncoderRounds rounds) {
    List<String> warnings = new ArrayList<>();
    if (!machine.quiet()) {
      warnings.add(machine.warning());
    }
    if (rounds.leftOut() > 0) {
      warnings.add("%d questions cannot be encoded and took no part".formatted(rounds.leftOut()));
    }
    return warnings;
  }
}
