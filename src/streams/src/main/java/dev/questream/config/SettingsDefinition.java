package dev.questream.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.registry.RegistryConfig;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/**
 * Every setting with its default, bounds and documentation, by topic; the configuration page is
 * made from it.
 */
final class SettingsDefinition {
  /** Not {@link ConfigDef.Range}, which lets NaN pass. */
  static final ConfigDef.Validator SHARE =
      ConfigDef.LambdaValidator.with(
          (name, value) -> {
            if (!((double) value >= 0 && (double) value <= 1)) {
              throw new ConfigException(name, value, "must be between 0 and 1");
            }
          },
          () -> "[0,...,1]");

  private SettingsDefinition() {}

  /** The settings of one topic, under the title that they have on the page. */
  record Topic(String title, ConfigDef settings) {}

  static List<Topic> topics() {
    return List.of(
        new Topic("Kafka", KafkaSettings.define()),
        new Topic("Profile and secrets", general()),
        new Topic("Records", RecordSettings.define()),
        new Topic("Records of your own", InputConfig.CONFIG),
        new Topic("Model", ModelSettings.define()),
        new Topic("Encoder", EncoderSettings.define()),
        new Topic("Windows and pending questions", WindowSettings.define()),
        new Topic("HTTP", HttpSettings.define()),
        new Topic("Logs and traces", TelemetrySettings.define()),
        new Topic("Schema registry", RegistryConfig.CONFIG));
  }

  /** All of them. */
  static ConfigDef define() {
    ConfigDef all = new ConfigDef();
    topics().forEach(topic -> topic.settings().configKeys().values().forEach(all::define));
    return all;
  }

  private static ConfigDef general() {
    return new ConfigDef()
        .define(
            QuestreamConfig.PROFILE,
            Type.STRING,
            Profile.THROUGHPUT.label(),
            ValidString.in(Profile.labels()),
            HIGH,
            "Defaults for settings that are not set: throughput (large batches, few commits) or"
                + " latency (small windows, frequent commits). docs/operate.md has the table.")
        .define(
            Placeholders.PROVIDERS,
            Type.LIST,
            "",
            MEDIUM,
            "Providers that may fill in ${...} in settings: env, file, dir. Say what each may read"
                + " too: config.providers.env.param.allowlist.pattern,"
                + " config.providers.file.param.allowed.paths and"
                + " config.providers.dir.param.allowed.paths (docs/secure.md).");
  }
}
