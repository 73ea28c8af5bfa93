package dev.questream.app.command;

import dev.questream.app.runtime.ExitCode;
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
  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  @Override
  public Integer call() {
    QuestreamConfig config = settings.config();
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      Thread hook = Shutdown.stopOnSignal(application);
      try {
        application.awaitStopped();
      } finally {
        Shutdown.disarm(hook);
      }
    }
    return ExitCode.OK.status();
  }
}
