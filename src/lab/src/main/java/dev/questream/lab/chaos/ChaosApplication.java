package dev.questream.lab.chaos;

import dev.questream.app.console.ExitCode;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.ConfigSources;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderBackend;
import dev.questream.lab.process.Child;
import dev.questream.model.Encoders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Main class of an application's process: the real application on the stand-in encoder, or without
 * its arguments on the configured model. {@code ChaosApplication SETTINGS-FILE [STAND-IN...]}
 *
 * <p>Ends as {@code questream run} does: status 0 after SIGTERM, 1 after a failure.
 */
public final class ChaosApplication {
  private static final Logger LOG = LoggerFactory.getLogger(ChaosApplication.class);
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  private ChaosApplication() {}

  public static void main(String[] arguments) {
    List<String> given = List.of(arguments);
    Child.run(() -> run(Path.of(given.get(0)), given.subList(1, given.size())));
  }

  private static void run(Path file, List<String> standIn) {
    QuestreamConfig config =
        new QuestreamConfig(ConfigSources.merge(Optional.of(file), Map.of(), Map.of()));
    QuestreamApplication application =
        standIn.isEmpty()
            ? QuestreamApplication.start(config)
            : QuestreamApplication.start(
                config, observer -> Encoders.batching(config, backend(standIn), observer));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(application), "chaos-shutdown"));
    application.awaitRunning(START_LIMIT);
    Child.reportReady();
    application.awaitStopped();
    application.close();
  }

  private static EncoderBackend backend(List<String> standIn) {
    return new StandInBackend(StandInSettings.of(standIn));
  }

  private static void stop(QuestreamApplication application) {
    LOG.info("Stopping");
    application.close();
    LOG.info("Stopped");
    Runtime.getRuntime().halt(ExitCode.OK.status());
  }
}
