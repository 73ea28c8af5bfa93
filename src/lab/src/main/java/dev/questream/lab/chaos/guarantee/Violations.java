package dev.questream.lab.chaos.guarantee;

import java.util.List;

/**
 * The breaches of one guarantee.
 *
 * @param count all of them
 * @param examples the first few
 */
public record Violations(long count, List<Violation> examples) {
  /** How many examples are kept. */
  static final int EXAMPLES = 5;

  public Violations {
    examples = List.copyOf(examples);
  }
}
