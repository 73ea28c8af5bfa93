package dev.questream.config;

import static dev.questream.config.QuestreamConfig.HTTP_ASK_ENABLED;
import static dev.questream.config.QuestreamConfig.HTTP_ASK_HOSTS;
import static dev.questream.config.QuestreamConfig.HTTP_EMBED_ENABLED;
import static dev.questream.config.QuestreamConfig.HTTP_EMBED_MAX_TEXTS;
import static dev.questream.config.QuestreamConfig.HTTP_EMBED_SHARE;
import static dev.questream.config.QuestreamConfig.HTTP_EMBED_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.HTTP_HOST;
import static dev.questream.config.QuestreamConfig.HTTP_PASSWORD;
import static dev.questream.config.QuestreamConfig.HTTP_PORT;
import static dev.questream.config.QuestreamConfig.HTTP_TOKEN;
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
  private static final ConfigDef.Validator PROPER_SHARE =
      ConfigDef.LambdaValidator.with(
          (name, value) -> {
            if (!((double) value > 0 && (double) value < 1)) {
              throw new ConfigException(
                  name, value, "must be between 0 and 1, and neither of them");
            }
          },
          () -> "(0,...,1)");

  private HttpSettings() {}

  static ConfigDef define() {
    return access(embed(page()));
  }

  private static ConfigDef page() {
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
                + " lead here.");
  }

  private static ConfigDef embed(ConfigDef settings) {
    return settings
        .define(
            HTTP_EMBED_ENABLED,
            Type.BOOLEAN,
            false,
            MEDIUM,
            "Whether the HTTP port answers texts with vectors: /v1/embeddings for OpenAI's clients,"
                + " /embed for those of text-embeddings-inference. Always on in serve.")
        .define(
            HTTP_EMBED_SHARE,
            Type.DOUBLE,
            0.5,
            PROPER_SHARE,
            LOW,
            "The part of the tokens that texts over HTTP may take while questions of the stream wait,"
                + " between 0 and 1 and neither of them. Within it they go first.")
        .define(
            HTTP_EMBED_MAX_TEXTS,
            Type.INT,
            512,
            between(1, 65_536),
            LOW,
            "Texts over HTTP that may wait for their vectors, of all requests together. More are"
                + " refused with status 429, and with 413 where one request alone has more.")
        .define(
            HTTP_EMBED_TIMEOUT_MS,
            Type.LONG,
            10_000L,
            between(1, 600_000),
            LOW,
            "How long a request for vectors waits before it is answered with status 504.");
  }

  private static ConfigDef access(ConfigDef settings) {
    return settings
        .define(
            HTTP_USER,
            Type.STRING,
            "",
            MEDIUM,
            "User for everything on the HTTP port but /health (HTTP basic authentication). Empty:"
                + " open to all. Put a proxy with TLS before it where others share the network.")
        .define(HTTP_PASSWORD, Type.PASSWORD, "", MEDIUM, "The user's password.")
        .define(
            HTTP_TOKEN,
            Type.PASSWORD,
            "",
            MEDIUM,
            "Token that opens the HTTP port as the user does (Authorization: Bearer), for programs:"
                + " what OpenAI's clients call the API key. Empty: none.");
  }

  /** Checks what belongs together. */
  static void check(QuestreamConfig config) {
    if (config.getString(HTTP_USER).isEmpty()
        != config.getPassword(HTTP_PASSWORD).value().isEmpty()) {
      throw new ConfigException(
          "%s and %s belong together: set both, or neither".formatted(HTTP_USER, HTTP_PASSWORD));
    }
    if (config.getBoolean(HTTP_EMBED_ENABLED) && config.getInt(HTTP_PORT) < 0) {
      throw new ConfigException("%s needs a port: set %s".formatted(HTTP_EMBED_ENABLED, HTTP_PORT));
    }
  }
}
