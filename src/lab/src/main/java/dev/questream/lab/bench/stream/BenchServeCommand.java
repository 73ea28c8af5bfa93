package dev.questream.lab.bench.stream;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.lab.bench.BenchOptions;
import dev.questream.lab.bench.BenchQuestions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a request for a vector takes beside the stream, and what it takes from the stream. */
@Command(
    name = "serve",
    description =
        "Measure requests for vectors over HTTP: on an idle stream, on a saturated one, in a process"
            + " of serve beside it, and from a crowd; and what the stream loses by each. The broker is"
            + " embedded, or the one of --bootstrap-server.",
    sortOptions = false)
public final class BenchServeCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private BenchOptions bench;
  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  public BenchServeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    BenchQuestions questions = bench.questions();
    settings.config(); // says what is wrong before anything is started
    return Shutdown.guard(
        shutdown -> {
          ServeResult result =
              new ServeBench(
                      questions,
                      !settings.namesBroker(),
                      bench.rounds(),
                      bench.seconds(),
                      bench.progress(console),
                      shutdown::closing)
                  .run(own -> bench.config(settings, own, console), settings.named());
          bench.show(result, result::print, console);
          return ExitCode.OK.status();
        });
  }
}
