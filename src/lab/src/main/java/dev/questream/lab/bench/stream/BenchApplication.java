package dev.questream.lab.bench.stream;

import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.ConfigSources;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderRole;
import dev.questream.lab.process.Child;
import dev.questream.model.Encoders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The application that is measured, and the main class of its further processes: {@code
 * BenchApplication SETTINGS-FILE FREE}.
 */
public final class BenchApplication {
  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private BenchApplication() {}

  /** Starts it in this process, on the model or on one that costs nothing. */
  static QuestreamApplication start(QuestreamConfig config, boolean free) {
    return QuestreamApplication.start(
        config,
        observer ->
            free
                ? Encoders.batching(config, new FreeBackend(), observer)
                : Encoders.open(config, EncoderRole.QUESTION, observer));
  }

  public static void main(String[] arguments) {
    Child.run(() -> run(Path.of(arguments[0]), Boolean.parseBoolean(arguments[1])));
  }

  private static void run(Path file, boolean free) {
    QuestreamConfig config =
        new QuestreamConfig(ConfigSources.merge(Optional.of(file), Map.of(), Map.of()));
    QuestreamApplication application = start(config, free);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(application::close, "questream-bench-shutdown"));
    application.awaitRunning(START_LIMIT);
    Child.reportReady();
    application.awaitStopped();
  }
}
