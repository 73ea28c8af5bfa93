package dev.questream.deploy;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names in a PromQL expression: what is no function, keyword, label, number or duration is a
 * metric.
 */
public record PromQl(Set<String> metrics, Set<String> labels) {
  private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'");
  private static final Pattern MATCHERS = Pattern.compile("\\{([^}]*)}");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)\\s*[=!]");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
  private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?!\\w)(\\s*\\()?");
  private static final Pattern NUMBER = Pattern.compile("\\b[0-9][0-9a-z.]*");
  private static final Set<String> KEYWORDS =
      Set.of("and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", "group_left");

  /** Reads the names of an expression. */
  public static PromQl parse(String expression) {
    Set<String> labels = new TreeSet<>();
    String rest = STRING.matcher(expression).replaceAll("");
    Matcher matchers = MATCHERS.matcher(rest);
    while (matchers.find()) {
      Matcher label = LABEL.matcher(matchers.group(1));
      while (label.find()) {
        labels.add(label.group(1));
      }
    }
    rest = RANGE.matcher(MATCHERS.matcher(rest).replaceAll(" ")).replaceAll(" ");
    Matcher grouping = GROUPING.matcher(rest);
    while (grouping.find()) {
      for (String label : grouping.group(2).split(",", -1)) {
        labels.add(label.strip());
      }
    }
    rest = NUMBER.matcher(GROUPING.matcher(rest).replaceAll(" ")).replaceAll(" ");
    Set<String> metrics = new LinkedHashSet<>();
    Matcher name = NAME.matcher(rest);
    while (name.find()) {
      if (name.group(1) == null && !KEYWORDS.contains(name.group())) {
        metrics.add(name.group());
      }
    }
    labels.remove("");
    return new PromQl(metrics, labels);
  }
}
