package dev.questream.app.command;

import dev.questream.config.ConfigSources;
import dev.questream.config.EffectiveSetting;
import dev.questream.config.QuestreamConfig;
import dev.questream.config.Secrets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options by which every command takes settings. */
public final class SettingsOptions {
  private static final Logger LOG = LoggerFactory.getLogger(SettingsOptions.class);

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Properties file with settings (docs/configure.md).")
  private Path file;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties file for Kafka's clients, as Kafka's own tools take it: security.protocol and"
              + " so on, without a prefix.")
  private Path clientFile;

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

  /** What was given with {@code --set}, but for how to reach Kafka, and for secrets. */
  public Map<String, String> named() {
    Map<String, String> named = new HashMap<>(set);
    named.keySet().removeIf(key -> key.startsWith("kafka.") || Secrets.isSecret(key));
    return named;
  }

  /** Whether the command line itself names a broker. */
  public boolean namesBroker() {
    return bootstrapServer != null || set.containsKey(QuestreamConfig.BOOTSTRAP_SERVERS);
  }

  /** The settings of file, environment and command line. */
  public QuestreamConfig config() {
    return config(Map.of());
  }

  /**
   * The same, with settings that the command itself makes.
   *
   * @param own win over everything
   */
  public QuestreamConfig config(Map<String, String> own) {
    warnOfSecrets();
    return new QuestreamConfig(ConfigSources.merge(sources(own)));
  }

  /** Every setting as {@link #config()} has it, and where it comes from. */
  public List<EffectiveSetting> effective() {
    return EffectiveSetting.all(config(), sources(Map.of()));
  }

  private List<ConfigSources.Source> sources(Map<String, String> own) {
    Map<String, String> flags = new HashMap<>(set);
    if (bootstrapServer != null) {
      flags.put(QuestreamConfig.BOOTSTRAP_SERVERS, bootstrapServer);
    }
    flags.putAll(own);
    return ConfigSources.sources(
        Optional.ofNullable(file), Optional.ofNullable(clientFile), System.getenv(), flags);
  }

  private void warnOfSecrets() {
    set.forEach(
        (key, value) -> {
          if (Secrets.isSecret(key) && !value.contains("${")) {
            LOG.warn(
                "{} stands on the command line, where other users of this machine can read it; put"
                    + " it into a file or a variable (docs/secure.md)",
                key);
          }
        });
  }
}
