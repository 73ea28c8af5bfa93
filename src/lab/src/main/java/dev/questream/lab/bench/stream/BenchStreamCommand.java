package dev.questream.lab.bench.stream;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.lab.bench.BenchOptions;
import dev.questream.lab.bench.BenchQuestions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole stream: what it takes at most, and how long a question takes below that. */
@Command(
    name = "stream",
    description =
        "Measure the whole stream, from produce to committed embedding: an embedded broker (or the"
            + " one of --bootstrap-server, on topics of the benchmark's own) and the application in"
            + " this process.",
    sortOptions = false)
public final class BenchStreamCommand implements Callable<Integer> {
  private static final String MAX = "max";
  private static final String SINGLE = "single";
  private static final int MAX_PARTITIONS = 1024;
  private static final int MAX_RATE = 10_000_000;
  private static final int MAX_LOAD = 10; // times saturation
  private static final int MAX_PROCESSES = 64;

  private final Console console;

  @Mixin private BenchOptions bench;

  @Option(
      names = "--rate",
      paramLabel = "N|single|max",
      split = ",",
      description =
          "Questions a second to measure latency at, single for one at a time on an idle stream, or"
              + " max for the rate at saturation. Several with commas. Default: max.")
  private List<String> rates = List.of();

  @Option(
      names = "--load",
      paramLabel = "SHARE",
      split = ",",
      description = "The same as shares of the rate at saturation, which is then measured first.")
  private List<Double> shares = List.of();

  @Option(
      names = "--partitions",
      paramLabel = "P",
      defaultValue = "6",
      description = "Partitions of questions and embeddings. Default: 6.")
  private int partitions;

  @Option(
      names = "--processes",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Processes that run the application, this one among them; each has encoder.workers."
              + " Stages, cores and batches shown are those of this one. Default: 1.")
  private int processes;

  @Option(
      names = "--encoder",
      paramLabel = "ENCODER",
      defaultValue = "model",
      description =
          "model, or free: 768 floats that cost nothing, for what the stream itself costs."
              + " Default: model.")
  private EncoderKind encoder;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  /** What answers questions. */
  enum EncoderKind {
    MODEL,
    FREE
  }

  public BenchStreamCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    StreamBench.Plan plan = plan();
    BenchQuestions questions = bench.questions();
    settings.config(); // says what is wrong before anything is started
    return Shutdown.guard(
        shutdown -> {
          StreamResult result =
              new StreamBench(plan, questions, bench.progress(console), shutdown::closing)
                  .run(own -> bench.config(settings, own, console), settings.named());
          bench.show(result, result::print, console);
          return ExitCode.OK.status();
        });
  }

  private StreamBench.Plan plan() {
    requireBetween("--partitions", partitions, MAX_PARTITIONS);
    requireBetween("--processes", processes, MAX_PROCESSES);
    shares.forEach(share -> requirePositive("--load", share, MAX_LOAD));
    List<Double> fixed =
        rates.stream()
            .filter(rate -> !rate.equals(MAX) && !rate.equals(SINGLE))
            .map(BenchStreamCommand::rate)
            .toList();
    if (rates.contains(MAX) && rates.size() > 1) {
      throw new FatalException(
          ExitCode.USAGE, "--rate takes rates or max, not both; --load takes shares of max");
    }
    return new StreamBench.Plan(
        !settings.namesBroker(),
        encoder == EncoderKind.FREE,
        partitions,
        processes,
        bench.rounds(),
        bench.seconds(),
        rates.contains(SINGLE),
        fixed,
        shares);
  }

  private static void requireBetween(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new FatalException(
          ExitCode.USAGE, "%s must be between 1 and %d, it is %d".formatted(option, most, value));
    }
  }

  private static double rate(String text) {
    try {
      double rate = Double.parseDouble(text);
      requirePositive("--rate", rate, MAX_RATE);
      return rate;
    } catch (NumberFormatException e) {
      throw new FatalException(
          ExitCode.USAGE, "--rate must be questions a second, single or max; it is " + text, e);
    }
  }

  private static void requirePositive(String option, double value, int most) {
    if (!(value > 0 && value <= most)) {
      throw new FatalException(
          ExitCode.USAGE,
          "%s must be over 0 and at most %d, it is %s".formatted(option, most, value));
    }
  }
}
