package dev.questream.app.command.rollover;

import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.rollover.RolloverStatus;
import dev.questream.app.rollover.Side;
import dev.questream.config.ConfigSources;
import dev.questream.config.QuestreamConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options by which the two applications are named: by their properties files, or by what
 * differs from the common settings.
 */
public final class RolloverOptions {
  @Mixin private SettingsOptions settings;

  @Option(
      names = "--old-config",
      paramLabel = "FILE",
      description = "Properties file of the application whose embeddings are in use.")
  private Path oldFile;

  @Option(
      names = "--new-config",
      paramLabel = "FILE",
      description = "Properties file of the application with the new model.")
  private Path newFile;

  @Option(names = "--old", paramLabel = "ID", description = "Its application.id.")
  private String oldId;

  @Option(names = "--new", paramLabel = "ID", description = "The new one's application.id.")
  private String newId;

  @Option(names = "--old-topic", paramLabel = "TOPIC", description = "Its embeddings topic.")
  private String oldTopic;

  @Option(names = "--new-topic", paramLabel = "TOPIC", description = "The new one's.")
  private String newTopic;

  @Option(names = "--old-dlq", paramLabel = "TOPIC", description = "Its dead letter topic.")
  private String oldDlq;

  @Option(names = "--new-dlq", paramLabel = "TOPIC", description = "The new one's.")
  private String newDlq;

  Side before() {
    return side(oldFile, oldId, oldTopic, oldDlq);
  }

  /** The new side, once it is known that it can be compared with the old one. */
  Side after(Side before) {
    if (newFile == null && newId == null) {
      throw new FatalException(
          ExitCode.USAGE,
          "name the new application: --new-config FILE, or --new ID with --new-topic and --new-dlq");
    }
    Side after = side(newFile, newId, newTopic, newDlq);
    RolloverStatus.requireComparable(before, after);
    return after;
  }

  private Side side(Path file, String id, String topic, String deadLetters) {
    Map<String, String> own = new HashMap<>();
    if (file != null) {
      own.putAll(ConfigSources.merge(Optional.of(file), Map.of(), Map.of()));
    }
    put(own, QuestreamConfig.APPLICATION_ID, id);
    put(own, QuestreamConfig.EMBEDDINGS_TOPIC, topic);
    put(own, QuestreamConfig.DLQ_TOPIC, deadLetters);
    return new Side(settings.config(own));
  }

  private static void put(Map<String, String> settings, String key, String value) {
    if (value != null) {
      settings.put(key, value);
    }
  }
}
