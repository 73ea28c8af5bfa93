package dev.questream.config;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.streams.StreamsConfig;

/** Knows which settings are secrets: those that Kafka defines as passwords, and our own. */
public final class Secrets {
  /** Settings of plugins, which no definition here knows, go by their name. */
  private static final Pattern TELLING =
      Pattern.compile("password|passwd|secret|token(?!izer)|credential|jaas|private.?key|api.?key");

  private static final Set<String> PASSWORDS = passwords();

  private Secrets() {}

  private static Set<String> passwords() {
    Set<String> names = new HashSet<>();
    for (ConfigDef definition :
        Set.of(
            AdminClientConfig.configDef(),
            ProducerConfig.configDef(),
            ConsumerConfig.configDef(),
            StreamsConfig.configDef(),
            QuestreamConfig.CONFIG)) {
      for (ConfigKey key : definition.configKeys().values()) {
        if (key.type == Type.PASSWORD) {
          names.add(key.name);
        }
      }
    }
    return Set.copyOf(names);
  }

  /** Whether a setting's value must not be shown to anyone, by its name with any prefix. */
  public static boolean isSecret(String key) {
    return isPassword(key)
        || (!QuestreamConfig.CONFIG.names().contains(key)
            && !isDefinedByKafka(key)
            && TELLING.matcher(key.toLowerCase(Locale.ROOT)).find());
  }

  /** Whether Kafka, or we, take the setting for a password: it may be given as {@link Password}. */
  private static boolean isPassword(String key) {
    return PASSWORDS.contains(key) || PASSWORDS.stream().anyMatch(name -> key.endsWith("." + name));
  }

  /** A known setting that is no password, such as {@code sasl.oauthbearer.token.endpoint.url}. */
  private static boolean isDefinedByKafka(String key) {
    for (String rest = key; rest.contains("."); rest = rest.substring(rest.indexOf('.') + 1)) {
      if (ConsumerConfig.configNames().contains(rest)
          || ProducerConfig.configNames().contains(rest)
          || AdminClientConfig.configNames().contains(rest)) {
        return true;
      }
    }
    return false;
  }

  /** A password in the type that shows itself as {@code [hidden]}; another value as it is. */
  static Object hidden(String key, Object value) {
    return value instanceof String text && isPassword(key) ? new Password(text) : value;
  }
}
