package dev.questream.lab.bench.encoder;

import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderStatistics;
import dev.questream.engine.DeviceChoice;
import dev.questream.engine.MatrixRate;
import dev.questream.engine.MemoryRate;
import dev.questream.lab.bench.BatchFill;
import dev.questream.lab.bench.BenchQuestions;
import dev.questream.lab.bench.Latency;
import dev.questream.lab.bench.MachineFacts;
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

/**
 * Measures the encoder without Kafka: warm-up, then rounds, and before each round the machine's own
 * rates: of matrix products and, for single questions, of reading memory.
 */
public final class EncoderBench {
  private static final Duration MACHINE = Duration.ofMillis(700);

  private final QuestreamConfig config;
  private final BenchQuestions questions;
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

  /**
   * One round: a rate, the latencies where questions were asked singly, and what the machine did
   * before, operations and bytes a second.
   */
  private record Measured(
      double perSecond, Latency latency, double matrixFlop, double memoryBytes) {}

  /** All rounds, and what the encoder has counted meanwhile. */
  private record Observed(
      List<Measured> rounds,
      LinearKernels kernels,
      EncoderStatistics before,
      EncoderStatistics after) {

    Spread spread(ToDoubleFunction<Measured> figure) {
      return Spread.of(rounds.stream().mapToDouble(figure).toArray());
    }
  }

  /**
   * @param progress told what is being done
   */
  public EncoderBench(
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
  public EncoderResult run() {
    MachineFacts machine = MachineFacts.current();
    FlopCount flops =
        Encoders.resolve(config)
            .read((EncoderCheckpoint found) -> new FlopCount(found.config(), found.output()));
    try (BatchingEncoder encoder = Encoders.open(config, EncoderRole.QUESTION);
        MatrixRate matrices =
            MatrixRate.open(
                encoder.info().precision(),
                flops.model().hidden(),
                flops.model().intermediate(),
                new DeviceChoice(config.getString(QuestreamConfig.DEVICE)))) {
      MemoryRate memory = memory(encoder, flops);
      progress.accept("warm-up");
      EncoderRounds rounds = new EncoderRounds(encoder, questions);
      int passes = plan.mode() == Mode.BATCH ? rounds.passes(plan.atLeast()) : 0;
      EncoderStatistics before = encoder.statistics();
      List<Measured> measured = new ArrayList<>();
      for (int i = 1; i <= plan.rounds(); i++) {
        progress.accept("round %d of %d".formatted(i, plan.rounds()));
        double flop = matrices.measure(threads(encoder), MACHINE);
        double bytes = memory == null ? 0 : memory.measure(MACHINE);
        measured.add(measure(rounds, passes, flop, bytes));
      }
      return result(
          machine,
          flops,
          rounds,
          new Observed(measured, matrices.kernels(), before, encoder.statistics()),
          memory,
          encoder);
    }
  }

  private int threads(BatchingEncoder encoder) {
    if (plan.mode() == Mode.BATCH) {
      return encoder.workers();
    }
    return encoder.hardware().isProcessor() ? Encoders.callThreads(config) : 1;
  }

  /** Of as many bytes as a question's weights are; null where they are read for many at once. */
  private MemoryRate memory(BatchingEncoder encoder, FlopCount flops) {
    return plan.mode() == Mode.SINGLE && encoder.hardware().isProcessor()
        ? new MemoryRate(flops.weightBytes(encoder.info().precision()), threads(encoder))
        : null;
  }

  private Measured measure(EncoderRounds rounds, int passes, double flop, double bytes) {
    if (plan.mode() == Mode.BATCH) {
      return new Measured(rounds.batch(passes).perSecond(), null, flop, bytes);
    }
    long[] nanos = rounds.single(plan.atLeast());
    double seconds = Arrays.stream(nanos).sum() / 1e9;
    return new Measured(nanos.length / seconds, Latency.of(nanos), flop, bytes);
  }

  private EncoderResult result(
      MachineFacts machine,
      FlopCount flops,
      EncoderRounds rounds,
      Observed observed,
      MemoryRate memory,
      BatchingEncoder encoder) {
    Work work = Work.of(rounds.tokenCounts(), flops);
    EncoderResult.Rates rates = EncoderResult.Rates.of(observed.spread(Measured::perSecond), work);
    Spread matrixGflop = observed.spread(Measured::matrixFlop).times(1e-9);
    return new EncoderResult(
        "encoder",
        new EncoderResult.Asked(
            plan.mode().name().toLowerCase(Locale.ROOT),
            questions.source(),
            rounds.leftOut(),
            work),
        EncoderResult.Setup.of(encoder, flops.model()),
        machine,
        MachineFacts.load(),
        rates,
        new EncoderResult.Matrices(
            matrixGflop,
            observed.kernels(),
            rates.gflopPerSecond().median() / matrixGflop.median()),
        memory == null
            ? null
            : EncoderResult.Memory.of(
                observed.spread(Measured::memoryBytes), memory.bytes(), rates.questionsPerSecond()),
        EncoderResult.Singly.of(observed.rounds().stream().map(Measured::latency).toList()),
        BatchFill.of(observed.after().minus(observed.before())),
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
