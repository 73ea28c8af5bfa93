package dev.questream.app.command.rollover;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.rollover.RolloverStatus;
import dev.questream.app.rollover.Side;
import dev.questream.app.rollover.StatusJson;
import dev.questream.app.rollover.StatusText;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says where a roll-over stands. */
@Command(
    name = "status",
    description = {
      "How far the new application is, how its embeddings differ, and whether it is time to cut over.",
      "Exit status 0: ready; 7: not ready."
    },
    sortOptions = false)
public final class RolloverStatusCommand implements Callable<Integer> {
  private static final int MAX_SAMPLE = 20_000;

  private final Console console;

  @Mixin private RolloverOptions sides;
  @Mixin private GeneralOptions general;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "Compare N ids at most, chosen by their hash (default ${DEFAULT-VALUE}).")
  private int sample = 1000;

  @Option(
      names = "--max-lag",
      paramLabel = "N",
      description =
          "So many questions may be left to read (default ${DEFAULT-VALUE}): with questions coming in, there always are some.")
  private long maxLag = 100;

  @Option(
      names = "--accept",
      paramLabel = "REASON",
      split = ",",
      description =
          "Ready although ids are missing in the new topic for this reason: retention, dead-lettered, other-topic. May be repeated.")
  private Set<String> accepted = new HashSet<>();

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "Between the two looks that the pace is taken from (default ${DEFAULT-VALUE}).")
  private double interval = 2;

  @Option(names = "--watch", description = "Look again and again until it is ready.")
  private boolean watch;

  @Option(names = "--json", description = "One JSON object a look.")
  private boolean json;

  public RolloverStatusCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    requireRange("--sample", sample, 1, MAX_SAMPLE);
    requireRange("--max-lag", maxLag, 0, Long.MAX_VALUE);
    requireRange("--interval", (long) Math.ceil(interval * 1000), 1, 3_600_000);
    Side before = sides.before();
    Side after = sides.after(before);
    RolloverStatus.Options options =
        new RolloverStatus.Options(
            sample, maxLag, Duration.ofMillis(Math.round(interval * 1000)), accepted);
    return Shutdown.guard(shutdown -> look(before, after, options));
  }

  private static void requireRange(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new FatalException(
          ExitCode.USAGE, "%s must be between %,d and %,d".formatted(option, min, max));
    }
  }

  private int look(Side before, Side after, RolloverStatus.Options options) {
    while (true) {
      RolloverStatus status = RolloverStatus.of(before, after, options);
      console.out().println(json ? StatusJson.of(status) : StatusText.of(status));
      if (status.ready() || !watch || console.out().checkError()) {
        return (status.ready() ? ExitCode.OK : ExitCode.NOT_READY).status();
      }
    }
  }
}
