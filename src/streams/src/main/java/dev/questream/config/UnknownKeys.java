package dev.questream.config;

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
                Comparator.comparingInt((String name) -> distance(key, name))
                    .thenComparing(kafkas::containsKey)
                    .thenComparing(name -> name))
            .map(candidates::get)
            .orElse("");
    return "there is no setting %s; did you mean %s? (Settings of Kafka's own clients begin with kafka., streams., producer. or consumer.)"
        .formatted(key, nearest);
  }

  /** The Levenshtein distance: insertions, deletions and replacements from one to the other. */
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
