package dev.questream.lab.bench.stream;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code unchanged=skip} costs and spares. */
@Command(
    name = "unchanged",
    description =
        "Measure questions whose ids are new, and the same again, with a model that costs nothing:"
            + " how many a second, and what unchanged=skip (unless --set unchanged=embed) takes on"
            + " disk and in its topic. The broker is embedded, or the one of --bootstrap-server.",
    sortOptions = false)
public final class BenchUnchangedCommand implements Callable<Integer> {
  private static final int MAX_IDS = 100_000_000;
  private static final int MAX_PARTITIONS = 1024;

  private final Console console;

  @Option(
      names = "--ids",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How many ids. Default: ${DEFAULT-VALUE}.")
  private int ids;

  @Option(
      names = "--partitions",
      paramLabel = "P",
      defaultValue = "6",
      description = "Partitions of questions and embeddings. Default: ${DEFAULT-VALUE}.")
  private int partitions;

  @Option(names = "--json", description = "Write one JSON object instead of lines for people.")
  private boolean json;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  public BenchUnchangedCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    requireBetween("--ids", ids, 10, MAX_IDS);
    requireBetween("--partitions", partitions, 1, MAX_PARTITIONS);
    settings.config(); // says what is wrong before anything is started
    return Shutdown.guard(
        shutdown -> {
          UnchangedResult result =
              new UnchangedBench(
                      ids,
                      partitions,
                      !settings.namesBroker(),
                      doing -> console.err().println("  " + doing),
                      shutdown::closing)
                  .run(settings);
          if (json) {
            console.out().println(Json.indented(result));
          } else {
            result.print(console.out());
          }
          return ExitCode.OK.status();
        });
  }

  private static void requireBetween(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new FatalException(
          ExitCode.USAGE,
          "%s must be between %d and %d, it is %d".formatted(option, least, most, value));
    }
  }
}
