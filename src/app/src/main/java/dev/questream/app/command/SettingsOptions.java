package dev.questream.app.command;

import dev.questream.config.EffectiveSetting;
import dev.questream.config.QuestreamConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options by which a command that needs Kafka takes settings. */
public final class SettingsOptions extends LocalOptions {
  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties file for Kafka's clients, as Kafka's own tools take it: security.protocol and"
              + " so on, without a prefix.")
  private Path clientFile;

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "Short for --set bootstrap.servers=...")
  private String bootstrapServer;

  /** Whether the command line itself names a broker. */
  public boolean namesBroker() {
    return flags().containsKey(QuestreamConfig.BOOTSTRAP_SERVERS);
  }

  /** Every setting as {@link #config()} has it, and where it comes from. */
  public List<EffectiveSetting> effective() {
    return EffectiveSetting.all(config(), sources(Map.of()));
  }

  @Override
  Map<String, String> flags() {
    Map<String, String> flags = super.flags();
    if (bootstrapServer != null) {
      flags.put(QuestreamConfig.BOOTSTRAP_SERVERS, bootstrapServer);
    }
    return flags;
  }

  @Override
  Optional<Path> clientFile() {
    return Optional.ofNullable(clientFile);
  }
}
