package dev.questream.lab.bench.encoder;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.LocalOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.lab.bench.BenchOptions;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Steps of {@code distil}: questions learnt a second. */
@Command(
    name = "distil",
    description =
        "Measure the steps of distil, with candidates and scores by chance; nothing is kept.",
    sortOptions = false)
public final class BenchDistilCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private BenchOptions bench;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "Questions of a step. Default: 32.")
  private int batch;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "32",
      description = "Candidates of a question. Default: 32.")
  private int topK;

  @Mixin private LocalOptions settings;
  @Mixin private GeneralOptions general;

  public BenchDistilCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (batch < 1 || topK < 1) {
      throw new FatalException(ExitCode.USAGE, "--batch and --top-k must be at least 1");
    }
    DistilBench.Plan plan = new DistilBench.Plan(batch, topK, bench.rounds(), bench.seconds());
    DistilResult result =
        new DistilBench(
                bench.config(settings, Map.of(), console),
                bench.questions(),
                plan,
                bench.progress(console))
            .run();
    bench.show(result, result::print, console);
    return ExitCode.OK.status();
  }
}
