package dev.questream.config;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/** Defaults that belong together; what the user sets himself wins over them. */
enum Profile {
  /** The defaults as they are: batches as large as pay, a commit every 100 ms. */
  THROUGHPUT(Map.of()),
  /** Small windows and batches, and frequent commits, each of which costs a round trip. */
  LATENCY(
      Map.of(
          QuestreamConfig.WINDOW_MAX_AGE_MS,
          "1",
          QuestreamConfig.WINDOW_MAX_QUESTIONS,
          "32",
          QuestreamConfig.PUNCTUATION_INTERVAL_MS,
          "1",
          QuestreamConfig.MAX_BATCH_TOKENS,
          "512",
          PassedThrough.STREAMS + StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
          "20",
          PassedThrough.PRODUCER + ProducerConfig.LINGER_MS_CONFIG,
          "0"));

  private final Map<String, String> defaults;

  Profile(Map<String, String> defaults) {
    this.defaults = defaults;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static String[] labels() {
    return Arrays.stream(values()).map(Profile::label).toArray(String[]::new);
  }

  /** The defaults of the profile that settings name. */
  static Map<String, String> defaults(Map<String, ?> settings) {
    return of(settings).defaults;
  }

  /** The settings with the defaults of the profile that they name. */
  static Map<String, Object> apply(Map<String, ?> settings) {
    Map<String, Object> applied = new HashMap<>(defaults(settings));
    applied.putAll(settings);
    return applied;
  }

  private static Profile of(Map<String, ?> settings) {
    Object named = settings.get(QuestreamConfig.PROFILE);
    return named == null
        ? THROUGHPUT
        : Arrays.stream(values())
            .filter(profile -> profile.label().equals(named.toString().strip()))
            .findFirst()
            .orElseThrow(
                () ->
                    new ConfigException(
                        QuestreamConfig.PROFILE,
                        named,
                        "must be one of " + String.join(", ", labels())));
  }
}
