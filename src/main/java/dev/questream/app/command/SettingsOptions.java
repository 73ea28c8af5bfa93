package dev.questream.app.command;

import dev.questream.config.ConfigSources;
import dev.questream.config.QuestreamConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options by which every command takes settings. */
public final class SettingsOptions {
  @Option(
      names = {"-c", "--config", "--command-config"},
      paramLabel = "FILE",
      description = "Properties file with settings (docs/configure.md).")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting; wins over environment and file. May be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "Short for --set bootstrap.servers=...")
  private String bootstrapServer;

  /** What was given with {@code --set}, but for how to reach Kafka: passwords are among that. */
  Map<String, String> named() {
    Map<String, String> named = new HashMap<>(set);
    named.keySet().removeIf(key -> key.startsWith("kafka.") || key.contains("password"));
    return named;
  }

  /** Whether the command line itself names a broker. */
  boolean namesBroker() {
    return bootstrapServer != null || set.containsKey(QuestreamConfig.BOOTSTRAP_SERVERS);
  }

  /** The settings of file, environment and command line. */
  QuestreamConfig config() {
    return config(Map.of());
  }

  /**
   * The same, with settings that the command itself makes.
   *
   * @param own win over everything
   */
  QuestreamConfig config(Map<String, String> own) {
    Map<String, String> flags = new HashMap<>(set);
    if (bootstrapServer != null) {
      flags.put(QuestreamConfig.BOOTSTRAP_SERVERS, bootstrapServer);
    }
    flags.putAll(own);
    return new QuestreamConfig(
        ConfigSources.merge(Optional.ofNullable(file), System.getenv(), flags));
  }
}
