package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.kafka.ContractCheck;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.QuestreamConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The application against the user's Kafka, until it is told to stop. */
@Command(
    name = "run",
    description = "Run the application: questions in, embeddings out, until SIGTERM.",
    sortOptions = false)
public final class RunCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  public RunCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    QuestreamConfig config = settings.config();
    return Shutdown.guard(
        shutdown -> {
          QuestreamConfig local = HubModel.local(config, console);
          try (QuestreamApplication application = QuestreamApplication.start(local);
              AutoCloseable closing = shutdown::closing) {
            new ContractCheck(local).log();
            application.awaitStopped();
          }
          return ExitCode.OK.status();
        });
  }
}
