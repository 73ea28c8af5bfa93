package dev.questream.config;

import dev.questream.serde.fields.Nearest;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Words the complaint about a setting that does not exist. */
final class UnknownKeys {

  private UnknownKeys() {}

  /** Names the nearest setting: of ours, or under its prefix one of Kafka's clients. */
  static String message(String key, Collection<String> known) {
    Map<String, String> kafkas = PassedThrough.known();
    Map<String, String> candidates = new HashMap<>();
    known.forEach(name -> candidates.put(name, name));
    kafkas.forEach(candidates::putIfAbsent);
    String nearest =
        candidates.keySet().stream()
            .min(
                Comparator.comparingInt((String name) -> Nearest.distance(key, name))
                    .thenComparing(kafkas::containsKey)
                    .thenComparing(name -> name))
            .map(candidates::get)
            .orElse("");
    return "there is no setting %s; did you mean %s? (Settings of Kafka's own clients begin with kafka., streams., producer. or consumer.)"
        .formatted(key, nearest);
  }
}
