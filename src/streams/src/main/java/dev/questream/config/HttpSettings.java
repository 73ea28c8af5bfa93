package dev.questream.config;

import static dev.questream.config.QuestreamConfig.HTTP_ASK_ENABLED;
import static dev.questream.config.QuestreamConfig.HTTP_ASK_HOSTS;
import static dev.questream.config.QuestreamConfig.HTTP_HOST;
import static dev.questream.config.QuestreamConfig.HTTP_PASSWORD;
import static dev.questream.config.QuestreamConfig.HTTP_PORT;
import static dev.questream.config.QuestreamConfig.HTTP_USER;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;

/** The HTTP port and who may use it. */
final class HttpSettings {

  private HttpSettings() {}

  static ConfigDef define() {
    return new ConfigDef()
        .define(
            HTTP_PORT,
            Type.INT,
            -1,
            between(-1, 65_535),
            MEDIUM,
            "Port of the live page (/), /health/live, /health/ready, /metrics and /info. -1: none; 0:"
                + " any free one, which the log names.")
        .define(
            HTTP_HOST,
            Type.STRING,
            "localhost",
            new NonEmptyString(),
            MEDIUM,
            "Address that the HTTP port is bound to; 0.0.0.0 for all.")
        .define(
            HTTP_ASK_ENABLED,
            Type.BOOLEAN,
            false,
            MEDIUM,
            "Whether visitors of the live page may ask. Their questions go to the questions topic"
                + " like any others. On in the demo.")
        .define(
            HTTP_ASK_HOSTS,
            Type.LIST,
            "",
            LOW,
            "Names under which a browser may reach the page to ask, beside localhost and IP"
                + " addresses. Other names are refused, because a foreign site can make its own name"
                + " lead here.")
        .define(
            HTTP_USER,
            Type.STRING,
            "",
            MEDIUM,
            "User for everything on the HTTP port but /health (HTTP basic authentication). Empty:"
                + " open to all. Put a proxy with TLS before it where others share the network.")
        .define(HTTP_PASSWORD, Type.PASSWORD, "", MEDIUM, "The user's password.");
  }

  /** Checks what belongs together. */
  static void check(QuestreamConfig config) {
    if (config.getString(HTTP_USER).isEmpty()
        != config.getPassword(HTTP_PASSWORD).value().isEmpty()) {
      throw new ConfigException(
          "%s and %s belong together: set both, or neither".formatted(HTTP_USER, HTTP_PASSWORD));
    }
  }
}
