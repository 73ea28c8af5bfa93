package dev.questream.serde.fields;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The name that somebody who misspelt one probably meant. */
public final class Nearest {
  private Nearest() {}

  /** The nearest of the names; empty if there are none. */
  static Optional<String> to(String name, Collection<String> names) {
    return names.stream()
        .min(
            Comparator.comparingInt((String other) -> distance(name, other))
                .thenComparing(other -> other));
  }

  /** The Levenshtein distance: insertions, deletions and replacements from one to the other. */
  public static int distance(String a, String b) {
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
