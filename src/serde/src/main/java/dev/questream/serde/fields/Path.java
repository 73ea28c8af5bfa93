package dev.questream.serde.fields;

import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A way to a value: names of fields, and places in arrays, from the outside in.
 *
 * <p>Written {@code after.body}, {@code messages.0.text} or {@code messages[0].text}. A field whose
 * own name has dots is found too, where no way of single names is there.
 *
 * @param steps names, or places in decimal
 */
public record Path(List<String> steps) {
  private static final Pattern INDEX = Pattern.compile("\\[(\\d{1,9})]");
  private static final Pattern PLACE = Pattern.compile("\\d{1,9}");
  private static final int SHOWN = 20;

  /**
   * Reads a path; an empty one is the value itself.
   *
   * @throws IllegalArgumentException if a name is empty
   */
  static Path of(String written) {
    if (written.isEmpty()) {
      return new Path(List.of());
    }
    Matcher brackets = INDEX.matcher(written);
    List<String> steps = List.of(brackets.replaceAll(".$1").split("\\.", -1));
    if (steps.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException("a name in the path " + written + " is empty");
    }
    return new Path(steps);
  }

  /** The name that the value goes by: the last that is no place in an array. */
  String lastName() {
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (!isPlace(steps.get(i))) {
        return steps.get(i);
      }
    }
    return steps.isEmpty() ? "value" : toString();
  }

  /** Whether a step may be a place in an array. */
  public static boolean isPlace(String step) {
    return PLACE.matcher(step).matches();
  }

  /** The value at its end; null if it is not there. */
  Datum walk(Datum from) {
    return walk(from, 0);
  }

  private Datum walk(Datum from, int at) {
    if (at == steps.size()) {
      return from;
    }
    String name = steps.get(at);
    for (int next = at + 1; ; next++) {
      Datum held = from.field(name);
      Datum found = held == null ? null : walk(held, next);
      if (found != null) {
        return found;
      }
      if (next == steps.size()) {
        break;
      }
      name = name + "." + steps.get(next);
    }
    Datum item = isPlace(steps.get(at)) ? from.item(Integer.parseInt(steps.get(at))) : null;
    return item == null ? null : walk(item, at + 1);
  }

  /**
   * Says where the path ends that leads nowhere, and what is there.
   *
   * @param start what it begins at, for messages
   */
  String missing(Datum from, String start) {
    Datum at = from;
    int done = 0;
    while (done < steps.size()) {
      Datum next = new Path(steps.subList(done, done + 1)).walk(at);
      if (next == null) {
        break;
      }
      at = next;
      done++;
    }
    String whole = done == 0 ? start : '"' + String.join(".", steps.subList(0, done)) + '"';
    String wanted = done < steps.size() ? steps.get(done) : steps.get(steps.size() - 1);
    return missing(whole, wanted, at.names(), Kinds.of(at));
  }

  /**
   * The same in words.
   *
   * @param whole where the field should be
   * @param kind what that is, if it has no fields
   */
  public static String missing(String whole, String wanted, Collection<String> names, String kind) {
    if (names.isEmpty()) {
      return "%s has no field \"%s\", it is %s".formatted(whole, wanted, kind);
    }
    String all = names.stream().limit(SHOWN).toList() + (names.size() > SHOWN ? " and more" : "");
    return "%s has no field \"%s\", only %s%s"
        .formatted(
            whole,
            wanted,
            all,
            Nearest.to(wanted, names)
                .filter(near -> Nearest.distance(near, wanted) <= 1 + wanted.length() / 3)
                .map(near -> "; did you mean " + near + "?")
                .orElse(""));
  }

  @Override
  public String toString() {
    return String.join(".", steps);
  }
}
