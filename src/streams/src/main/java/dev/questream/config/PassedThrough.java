package dev.questream.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings that go to Kafka's own clients, under their prefixes; Kafka checks them.
 *
 * @param settings by their names with the prefix
 */
record PassedThrough(Map<String, Object> settings) {
  static final String KAFKA = "kafka.";
  static final String STREAMS = "streams.";
  static final String PRODUCER = "producer.";
  static final String CONSUMER = "consumer.";

  private static final List<String> PREFIXES = List.of(KAFKA, STREAMS, PRODUCER, CONSUMER);

  /** Exactly once, in order, rests on these. */
  private static final List<String> FIXED =
      List.of(
          StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
          StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
          StreamsConfig.APPLICATION_ID_CONFIG,
          StreamsConfig.STATE_DIR_CONFIG);

  /** Kafka's own names, and what each has to be called here. */
  static Map<String, String> known() {
    Map<String, String> known = new HashMap<>();
    ConsumerConfig.configNames().forEach(name -> known.put(name, CONSUMER + name));
    ProducerConfig.configNames().forEach(name -> known.put(name, PRODUCER + name));
    StreamsConfig.configDef().names().forEach(name -> known.put(name, STREAMS + name));
    AdminClientConfig.configNames().forEach(name -> known.put(name, KAFKA + name)); // all clients'
    return known;
  }

  static boolean isPassedThrough(String key) {
    return PREFIXES.stream().anyMatch(key::startsWith);
  }

  /**
   * Takes them out of all settings.
   *
   * @throws ConfigException if one cannot be set
   */
  static PassedThrough of(Map<String, ?> settings) {
    Map<String, Object> passed = new HashMap<>(settings);
    passed.keySet().removeIf(key -> !isPassedThrough(key));
    for (String name : FIXED) {
      if (passed.containsKey(STREAMS + name)) {
        throw new ConfigException(
            "%s%s cannot be set: %s"
                .formatted(
                    STREAMS,
                    name,
                    QuestreamConfig.CONFIG.names().contains(name)
                        ? "set " + name
                        : "exactly once, in order, rests on it"));
      }
    }
    return new PassedThrough(passed);
  }

  /** Those with a prefix, without it. Passwords are of a type that shows no value. */
  Map<String, Object> under(String prefix) {
    Map<String, Object> found = new HashMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            String name = key.substring(prefix.length());
            found.put(name, Secrets.hidden(name, value instanceof String s ? s.strip() : value));
          }
        });
    return found;
  }
}
