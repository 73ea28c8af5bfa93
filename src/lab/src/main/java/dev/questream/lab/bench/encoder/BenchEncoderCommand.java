package dev.questream.lab.bench.encoder;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.LocalOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.lab.bench.BenchOptions;
import dev.questream.lab.bench.BenchQuestions;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The encoder alone: questions and tokens a second, and what share of the machine that is. */
@Command(
    name = "encoder",
    description = "Measure the encoder without Kafka, and hold it against the machine's own rate.",
    sortOptions = false)
public final class BenchEncoderCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private BenchOptions bench;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "batch",
      description =
          "batch: as many questions at once as the encoder takes; single: one after the other,"
              + " for latency. Default: batch.")
  private EncoderBench.Mode mode;

  @Mixin private LocalOptions settings;
  @Mixin private GeneralOptions general;

  public BenchEncoderCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    EncoderBench.Plan plan = new EncoderBench.Plan(mode, bench.rounds(), bench.seconds());
    BenchQuestions questions = bench.questions();
    EncoderResult result =
        new EncoderBench(
                bench.config(settings, Map.of(), console), questions, plan, bench.progress(console))
            .run();
    bench.show(result, result::print, console);
    return ExitCode.OK.status();
  }
}
