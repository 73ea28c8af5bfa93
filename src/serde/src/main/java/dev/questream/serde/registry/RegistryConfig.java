package dev.questream.serde.registry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;

/**
 * The settings of a schema registry's client, under the names that Confluent's clients use.
 *
 * <p>Other settings in the same map are let be, so that it can be a Kafka client's configuration.
 */
public final class RegistryConfig extends AbstractConfig {
  public static final String URL = "schema.registry.url";
  public static final String AUTO_REGISTER = "auto.register.schemas";
  public static final String SUBJECT_NAMES = "value.subject.name.strategy";
  public static final String BASIC_SOURCE = "basic.auth.credentials.source";
  public static final String BASIC_USER_INFO = "basic.auth.user.info";
  public static final String BEARER_SOURCE = "bearer.auth.credentials.source";
  public static final String BEARER_TOKEN = "bearer.auth.token";
  public static final String MAX_RETRIES = "max.retries";
  public static final String RETRIES_WAIT_MS = "retries.wait.ms";
  public static final String RETRIES_MAX_WAIT_MS = "retries.max.wait.ms";
  public static final String CONNECT_TIMEOUT_MS = "http.connect.timeout.ms";
  public static final String READ_TIMEOUT_MS = "http.read.timeout.ms";
  public static final String MAX_SCHEMAS = "max.schemas.per.subject";

  /** Before the names of Kafka's own TLS settings. */
  public static final String PREFIX = "schema.registry.";

  static final String FROM_URL = "URL";
  static final String FROM_USER_INFO = "USER_INFO";
  static final String STATIC_TOKEN = "STATIC_TOKEN";

  private static final int MAX_WAIT_MS = 600_000;

  /** All settings with their defaults, bounds and documentation. */
  public static final ConfigDef CONFIG = tls(retries(authentication(registration())));

  private final List<RegistryUrl> urls;

  /**
   * Checks settings.
   *
   * @throws ConfigException if a value is invalid; the message shows no secret
   */
  public RegistryConfig(Map<String, ?> settings) {
    super(CONFIG, settings, false);
    this.urls = RegistryUrl.list(getString(URL));
    RegistryCredentials.of(this);
  }

  private static ConfigDef registration() {
    return new ConfigDef()
        .define(
            URL,
            ConfigDef.Type.STRING,
            "",
            Importance.HIGH,
            "A registry that speaks the Confluent REST API (Confluent, Karapace, Redpanda; Apicurio"
                + " under /apis/ccompat/v7), or several instances of one, separated by commas: if one"
                + " does not answer, the next is asked. Empty: no registry.")
        .define(
            AUTO_REGISTER,
            ConfigDef.Type.BOOLEAN,
            true,
            Importance.MEDIUM,
            "Register the schema of what is written. false: it must stand in the registry already.")
        .define(
            SUBJECT_NAMES,
            ConfigDef.Type.STRING,
            SubjectNames.TOPIC.strategy(),
            ConfigDef.LambdaValidator.with(
                (name, value) -> SubjectNames.of(name, value.toString()),
                () -> SubjectNames.choices()),
            Importance.MEDIUM,
            "The subject that a schema is registered under: TopicNameStrategy (the topic and"
                + " '-value'), RecordNameStrategy (the record's full name) or TopicRecordNameStrategy"
                + " (topic, '-' and full name). Confluent's class names do as well.");
  }

  private static ConfigDef authentication(ConfigDef config) {
    return config
        .define(
            BASIC_SOURCE,
            ConfigDef.Type.STRING,
            null,
            Importance.LOW,
            "Where the registry's user and password stand: URL (http://user:password@host) or USER_INFO"
                + " (basic.auth.user.info). Not set: there if it is set, else in the URL.")
        .define(
            BASIC_USER_INFO,
            ConfigDef.Type.PASSWORD,
            null,
            Importance.MEDIUM,
            "User and password for the registry, as user:password.")
        .define(
            BEARER_SOURCE,
            ConfigDef.Type.STRING,
            null,
            Importance.LOW,
            "Where the registry's bearer token comes from: STATIC_TOKEN (bearer.auth.token).")
        .define(
            BEARER_TOKEN,
            ConfigDef.Type.PASSWORD,
            null,
            Importance.MEDIUM,
            "A token that the registry lets in, instead of user and password.");
  }

  private static ConfigDef retries(ConfigDef config) {
    return config
        .define(
            MAX_RETRIES,
            ConfigDef.Type.INT,
            3,
            Range.between(0, 100),
            Importance.LOW,
            "How often a registry that does not answer, or answers 408, 429 or 5xx, is asked again.")
        .define(
            RETRIES_WAIT_MS,
            ConfigDef.Type.INT,
            1000,
            Range.between(0, MAX_WAIT_MS),
            Importance.LOW,
            "Wait before the registry is asked again; doubles with every further time.")
        .define(
            RETRIES_MAX_WAIT_MS,
            ConfigDef.Type.INT,
            20_000,
            Range.between(0, MAX_WAIT_MS),
            Importance.LOW,
            "The longest wait before the registry is asked again.")
        .define(
            CONNECT_TIMEOUT_MS,
            ConfigDef.Type.INT,
            10_000,
            Range.between(1, MAX_WAIT_MS),
            Importance.LOW,
            "How long a connection to the registry may take to come about.")
        .define(
            READ_TIMEOUT_MS,
            ConfigDef.Type.INT,
            10_000,
            Range.between(1, MAX_WAIT_MS),
            Importance.LOW,
            "How long the registry's whole answer may take once it is connected.")
        .define(
            MAX_SCHEMAS,
            ConfigDef.Type.INT,
            1000,
            Range.atLeast(1),
            Importance.LOW,
            "Schemas, and ids of subjects, that are remembered; of more, the one that was not used for"
                + " longest is asked for again.");
  }

  /** Kafka's own, but for those that a client over HTTP cannot keep. */
  private static ConfigDef tls(ConfigDef config) {
    ConfigDef kafkas = new ConfigDef().withClientSslSupport();
    for (ConfigDef.ConfigKey key : kafkas.configKeys().values()) {
      switch (key.name) {
        case SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG,
            SslConfigs.SSL_SECURE_RANDOM_IMPLEMENTATION_CONFIG -> {}
        case SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG ->
            config.define(
                PREFIX + key.name,
                key.type,
                key.defaultValue,
                ValidString.in("https", "HTTPS"),
                Importance.LOW,
                "The registry's certificate must always bear its host name.");
        case SslConfigs.SSL_KEYMANAGER_ALGORITHM_CONFIG,
            SslConfigs.SSL_TRUSTMANAGER_ALGORITHM_CONFIG ->
            defineAsKafka(config, key, null); // not set: what this Java takes, as in Kafka
        default -> defineAsKafka(config, key, key.defaultValue);
      }
    }
    return config;
  }

  private static void defineAsKafka(ConfigDef config, ConfigDef.ConfigKey key, Object preset) {
    config.define(
        PREFIX + key.name,
        key.type,
        preset,
        key.validator,
        Importance.LOW,
        "As Kafka's %s, for https to the registry.".formatted(key.name));
  }

  /** The registry's addresses; none without a registry. */
  List<RegistryUrl> urls() {
    return urls;
  }

  SubjectNames subjectNames() {
    return SubjectNames.of(SUBJECT_NAMES, getString(SUBJECT_NAMES));
  }

  /** Kafka's TLS settings, without the prefix. */
  Map<String, Object> tlsSettings() {
    Map<String, Object> settings = new HashMap<>();
    for (String name : CONFIG.names()) {
      if (name.startsWith(PREFIX + "ssl.")) {
        settings.put(name.substring(PREFIX.length()), get(name));
      }
    }
    return settings;
  }
}
