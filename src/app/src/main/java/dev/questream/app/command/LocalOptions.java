package dev.questream.app.command;

import dev.questream.config.ConfigSources;
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

/** The options by which every command takes settings, those without Kafka too. */
public class LocalOptions {
  private static final Logger LOG = LoggerFactory.getLogger(LocalOptions.class);

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Properties file with settings (docs/configure.md).")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting; wins over environment and file. May be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  /** What was given with {@code --set}, but for how to reach Kafka, and for secrets. */
  public Map<String, String> named() {
    Map<String, String> named = new HashMap<>(set);
    named.keySet().removeIf(key -> key.startsWith("kafka.") || Secrets.isSecret(key));
    return named;
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

  /** The sources of the settings, the weakest first. */
  List<ConfigSources.Source> sources(Map<String, String> own) {
    Map<String, String> flags = flags();
    flags.putAll(own);
    return ConfigSources.sources(Optional.ofNullable(file), clientFile(), System.getenv(), flags);
  }

  /** The settings of the command line; may be changed. */
  Map<String, String> flags() {
    return new HashMap<>(set);
  }

  /** The file of Kafka's clients, if there can be one. */
  Optional<Path> clientFile() {
    return Optional.empty();
  }

  private void warnOfSecrets() {
    set.forEach(
        (key, value) -> {
          if (Secrets.isSecret(key) && !value.contains("${")) {
            LOG.warn(
                "{} stands on the command line, where other users of this machine can read it; put it"
                    + " into a file or a variable (docs/secure.md)",
                key);
          }
        });
  }
}
