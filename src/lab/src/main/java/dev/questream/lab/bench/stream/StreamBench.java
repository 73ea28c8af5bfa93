package dev.questream.lab.bench.stream;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.lab.bench.BenchQuestions;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.Spread;
import dev.questream.lab.bench.encoder.EncoderRounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Measures the whole stream, from the call that sends a question to its committed embedding: what
 * it takes at most, and how long a question takes at rates below that.
 */
public final class StreamBench {
  private final Plan plan;
  private final BenchQuestions questions;
  private final Consumer<String> progress;
  private final Runnable closing;

  /**
   * What is to be done.
   *
   * @param ownBroker whether to start a broker in this process
   * @param free whether the encoder is one that costs nothing
   * @param partitions of questions and embeddings
   * @param processes that run the application, this one among them
   * @param rounds how often the capacity is measured
   * @param atLeast how long each measurement takes, warm-up apart
   * @param oneAtATime whether to measure the latency of one question at a time
   * @param rates questions a second to measure latency at
   * @param shares the same as shares of the capacity, each over 0
   */
  public record Plan(
      boolean ownBroker,
      boolean free,
      int partitions,
      int processes,
      int rounds,
      Duration atLeast,
      boolean oneAtATime,
      List<Double> rates,
      List<Double> shares) {

    boolean measuresCapacity() {
      return rates.isEmpty() && !oneAtATime || !shares.isEmpty();
    }
  }

  /**
   * @param progress told what is being done
   * @param closing told before anything is closed: from then on no signal may interrupt
   */
  public StreamBench(
      Plan plan, BenchQuestions questions, Consumer<String> progress, Runnable closing) {
    this.plan = plan;
    this.questions = questions;
    this.progress = progress;
    this.closing = closing;
  }

  /**
   * Starts everything, measures, stops everything.
   *
   * @param settings makes the configuration from what the benchmark itself sets
   * @param named what the user has set, for the report
   * @throws FatalException if something does not start, or the stream stands still
   */
  public StreamResult run(
      Function<Map<String, String>, QuestreamConfig> settings, Map<String, String> named) {
    MachineFacts machine = MachineFacts.current();
    progress.accept("starting");
    try (StreamStack stack =
        StreamStack.start(
            new StreamStack.Layout(
                plan.ownBroker(), plan.free(), plan.partitions(), plan.processes()),
            settings,
            closing)) {
      StreamRun run = new StreamRun(stack, questions, plan.atLeast());
      progress.accept("warm-up");
      run.warmUp();
      StreamResult.Capacity capacity = plan.measuresCapacity() ? capacity(stack, run) : null;
      List<StreamResult.Load> loads = loads(run, capacity);
      return new StreamResult(
          "stream",
          questions.source(),
          setup(stack, named),
          machine,
          MachineFacts.load(),
          capacity,
          loads,
          warnings(machine, capacity, loads));
    }
  }

  private StreamResult.Capacity capacity(StreamStack stack, StreamRun run) {
    EncoderRounds alone =
        plan.free() || plan.processes() > 1
            ? null
            : new EncoderRounds(stack.application().encoder(), questions);
    int passes = alone == null ? 0 : alone.passes(plan.atLeast());
    List<StreamResult.Load> rounds = new ArrayList<>();
    List<Double> encoder = new ArrayList<>();
    for (int i = 1; i <= plan.rounds(); i++) {
      if (alone != null) {
        progress.accept("round %d of %d: encoder alone".formatted(i, plan.rounds()));
        encoder.add(alone.batch(passes).perSecond());
      }
      progress.accept("round %d of %d: stream at saturation".formatted(i, plan.rounds()));
      rounds.add(run.saturate());
    }
    Spread stream =
        Spread.of(rounds.stream().mapToDouble(StreamResult.Load::questionsPerSecond).toArray());
    if (alone == null) {
      return new StreamResult.Capacity(stream, null, null, rounds);
    }
    Spread encoderAlone = Spread.of(encoder.stream().mapToDouble(Double::doubleValue).toArray());
    return new StreamResult.Capacity(
        stream, encoderAlone, stream.median() / encoderAlone.median(), rounds);
  }

  private List<StreamResult.Load> loads(StreamRun run, StreamResult.Capacity capacity) {
    List<Double> rates = new ArrayList<>(plan.rates());
    for (double share : plan.shares()) {
      rates.add(share * capacity.questionsPerSecond().median());
    }
    List<StreamResult.Load> loads = new ArrayList<>();
    if (plan.oneAtATime()) {
      progress.accept("one question at a time");
      loads.add(run.oneAtATime());
    }
    for (double rate : rates) {
      if (!(rate > 0)) {
        throw new FatalException(
            ExitCode.FAILED, "the stream answered nothing at saturation; there is no share of it");
      }
      progress.accept("%.0f questions/s".formatted(rate));
      loads.add(run.atRate(rate));
    }
    return loads;
  }

  private StreamResult.Setup setup(StreamStack stack, Map<String, String> named) {
    BatchingEncoder encoder = stack.application().encoder();
    return new StreamResult.Setup(
        encoder.info().provenance(),
        encoder.workers(),
        plan.partitions(),
        plan.processes(),
        plan.ownBroker(),
        new HashMap<>(named));
  }

  private static List<String> warnings(
      MachineFacts machine, StreamResult.Capacity capacity, List<StreamResult.Load> loads) {
    List<String> warnings = new ArrayList<>();
    if (!machine.quiet()) {
      warnings.add(machine.warning());
    }
    List<StreamResult.Load> all = new ArrayList<>(loads);
    if (capacity != null) {
      all.addAll(capacity.rounds());
    }
    if (all.stream().anyMatch(load -> load.counts().deadLetters() > 0)) {
      warnings.add("some questions cannot be encoded and went to the dead letters");
    }
    if (all.stream().anyMatch(load -> load.counts().duplicates() + load.counts().reordered() > 0)) {
      warnings.add("answers came twice or out of turn");
    }
    for (StreamResult.Load load : loads) {
      if (load.rate() != null && load.questionsPerSecond() < 0.95 * load.rate()) {
        warnings.add(
            "%.0f questions/s were asked and %.0f answered: over the capacity, the latency is that of"
                    .formatted(load.rate(), load.questionsPerSecond())
                + " a queue that grows");
      }
    }
    return warnings;
  }
}
