package dev.questream.lab.bench.stream;

import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.lab.bench.BenchQuestions;
import dev.questream.lab.bench.Latency;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.Spread;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Measures how long a request for a vector takes beside the stream, and what the stream loses by
 * it: on an idle stream, on a saturated one, and in a process beside a saturated one.
 */
final class ServeBench {
  private static final String ALONE = "stream alone";
  private static final int PARTITIONS = 6;
  private static final Asker.Load SINGLE = new Asker.Load(1, 1);
  private static final Asker.Load CROWD = new Asker.Load(8, 32);

  private final BenchQuestions questions;
  private final boolean ownBroker;
  private final int rounds;
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final Duration measured;
  private final Consumer<String> progress;
  private final Runnable closing;
  private String round = "";

  /**
   * @param ownBroker whether to start a broker in this process
   * @param rounds how often each case is measured
   * @param measured how long each measurement takes, warm-up apart
   * @param progress told what is being done
   * @param closing told before anything is closed: from then on no signal may interrupt
   */
  ServeBench(
      BenchQuestions questions,
      boolean ownBroker,
      int rounds,
      Duration measured,
      Consumer<String> progress,
      Runnable closing) {
    this.questions = questions;
    this.ownBroker = ownBroker;
    this.rounds = rounds;
    this.measured = measured;
    this.progress = progress;
    this.closing = closing;
  }

  /** Starts everything, measures, stops everything. */
  ServeResult run(
      Function<Map<String, String>, QuestreamConfig> settings, Map<String, String> named)
      throws InterruptedException {
    MachineFacts machine = MachineFacts.current();
    progress.accept("starting");
    try (StreamStack stack =
            StreamStack.start(
                new StreamStack.Layout(ownBroker, false, PARTITIONS, 1),
                own -> settings.apply(serving(own)),
                closing);
        ServeProcess beside = ServeProcess.start(stack.config())) {
      StreamRun run = new StreamRun(stack, questions, measured);
      InetSocketAddress here = stack.application().httpAddress().orElseThrow();
      progress.accept("warm-up");
      run.warmUp();
      for (int i = 1; i <= rounds; i++) {
        round = "round %d of %d: ".formatted(i, rounds);
        measure("one client, stream idle", null, here, SINGLE);
        measure(ALONE, run, null, null);
        measure("one client, stream saturated", run, here, SINGLE);
        measure("one client of serve, stream saturated", run, beside.address(), SINGLE);
        measure("8 clients, 32 texts each, stream saturated", run, here, CROWD);
      }
      BatchingEncoder encoder = stack.application().encoder();
      return new ServeResult(
          "serve",
          questions.source(),
          encoder.info().provenance(),
          encoder.workers(),
          new HashMap<>(named),
          machine,
          MachineFacts.load(),
          cases(),
          machine.quiet() ? List.of() : List.of(machine.warning()));
    }
  }

  private static Map<String, String> serving(Map<String, String> own) {
    own.put(QuestreamConfig.HTTP_PORT, "0");
    own.put(QuestreamConfig.HTTP_EMBED_ENABLED, "true");
    return own;
  }

  /**
   * Takes one case once more.
   *
   * @param run saturates the stream; null leaves it idle
   * @param load of requests to the server; null for none
   */
  private void measure(String name, StreamRun run, InetSocketAddress server, Asker.Load load)
      throws InterruptedException {
    progress.accept(round + name);
    Tally tally = tallies.computeIfAbsent(name, Tally::new);
    tally.texts = load == null ? 0 : load.texts();
    if (load == null) {
      tally.perSecond.add(run.saturate().questionsPerSecond());
      return;
    }
    try (Asker asker =
        new Asker(server, questions, load, StreamRun.warmUpBefore(measured), measured)) {
      if (run != null) {
        tally.perSecond.add(run.saturate().questionsPerSecond());
      }
      tally.nanos.addAll(Arrays.stream(asker.nanos()).boxed().toList());
      tally.refused += asker.refused();
    }
  }

  private List<ServeResult.Case> cases() {
    double alone = tallies.get(ALONE).stream().median();
    double seconds = rounds * measured.toMillis() / 1e3;
    return tallies.values().stream().map(tally -> tally.result(alone, seconds)).toList();
  }

  /** What the rounds of a case have given so far. */
  private static final class Tally {
    private final String name;
    private final List<Double> perSecond = new ArrayList<>();
    private final List<Long> nanos = new ArrayList<>();
    private int texts;
    private long refused;

    Tally(String name) {
      this.name = name;
    }

    Spread stream() {
      return Spread.of(perSecond.stream().mapToDouble(Double::doubleValue).toArray());
    }

    ServeResult.Case result(double alone, double seconds) {
      return new ServeResult.Case(
          name,
          perSecond.isEmpty() ? null : stream(),
          perSecond.isEmpty() ? null : stream().median() / alone,
          nanos.size() * texts / seconds,
          refused,
          texts == 0 ? null : Latency.of(nanos.stream().mapToLong(Long::longValue).toArray()));
    }
  }
}
