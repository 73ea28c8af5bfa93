package dev.questream.app.command.rollover;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.kafka.Topics;
import dev.questream.app.rollover.Refill;
import dev.questream.app.rollover.Side;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Asks again what a backfill cannot reach. */
@Command(
    name = "refill",
    description = {
      "Ask questions again that the questions topic no longer holds and the new application has not answered.",
      "They are taken from the old embeddings. Both applications embed them."
    },
    sortOptions = false)
public final class RolloverRefillCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private RolloverOptions sides;
  @Mixin private GeneralOptions general;

  @Option(names = "--dry-run", description = "Only count them.")
  private boolean dryRun;

  public RolloverRefillCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    Side before = sides.before();
    Side after = sides.after(before);
    if (!dryRun) {
      Refill.writer(before); // refuses before topics are reached
    }
    for (Side side : List.of(before, after)) {
      try (Topics topics = Topics.reached(side.config())) {
        topics.requireAll();
      }
    }
    return Shutdown.guard(
        shutdown -> {
          Refill.Result result = new Refill(before, after).run(dryRun);
          console
              .out()
              .printf(
                  dryRun ? "%,d questions would be asked again%n" : "%,d questions asked again%n",
                  result.asked());
          if (result.repeated() > 0) {
            console
                .out()
                .printf(
                    "%,d records that came in between were written once more behind them%n",
                    result.repeated());
          }
          return ExitCode.OK.status();
        });
  }
}
