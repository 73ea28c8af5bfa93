package dev.questream.lab.chaos.guarantee;

import java.util.ArrayList;
import java.util.List;

/** Counts breaches and keeps the first few. */
final class Findings {
  private final List<Violation> examples = new ArrayList<>();
  private long count;

  void add(String format, Object... arguments) {
    count++;
    if (examples.size() < Violations.EXAMPLES) {
      examples.add(new Violation(format.formatted(arguments)));
    }
  }

  Violations toViolations() {
    return new Violations(count, examples);
  }
}
