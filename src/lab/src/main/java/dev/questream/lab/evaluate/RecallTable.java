package dev.questream.lab.evaluate;

import dev.questream.lab.retrieval.recall.PublishedRecall;
import dev.questream.lab.retrieval.recall.RecallComparison;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** The results as a table for people, in percent. */
public final class RecallTable {
  private static final int MIN_NAME = 24;
  private static final int COLUMN = 8;

  private final Results results;
  private final List<Integer> ks;
  private final int nameWidth;
  private final StringBuilder text = new StringBuilder();

  private RecallTable(Results results) {
    this.results = results;
    this.ks = results.task().ks();
    this.nameWidth =
        Math.max(
            MIN_NAME,
            results.outcomes().stream()
                .flatMap(
                    o ->
                        Stream.concat(
                            Stream.of(o.label()), o.shapes().stream().map(RecallTable::name)))
                .mapToInt(String::length)
                .max()
                .orElse(0));
  }

  /** The whole text. */
  public static String of(Results results) {
    RecallTable table = new RecallTable(results);
    table.heading();
    results.outcomes().forEach(table::outcome);
    if (results.outcomes().size() == 2) {
      table.comparison();
    }
    return table.text.toString();
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }

  private void row(String name, IntFunction<String> cell) {
    StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-" + nameWidth + "s", name));
    ks.forEach(k -> row.append(String.format(Locale.ROOT, "%" + COLUMN + "s", cell.apply(k))));
    text.append(row).append('\n');
  }

  private void heading() {
    Task task = results.task();
    line(
        "%s in %%, %,d questions, %,d passages, %s match",
        task.questions().measure(),
        task.questions().size(),
        task.passages().size(),
        task.questions().match(task.mode()));
    text.append('\n');
    row("", k -> "@" + k);
  }

  private void outcome(Outcome outcome) {
    row(outcome.label(), k -> percent(outcome.recall().at(k)));
    outcome.shapes().forEach(in -> row(name(in), k -> percent(in.recall().at(k))));
    results
        .published(outcome)
        .ifPresent(
            published -> {
              row("  published, " + published.set(), k -> cell(published, k));
              row(
                  "  difference",
                  k ->
                      published.percent().containsKey(k)
                          ? signed(100 * outcome.recall().at(k) - published.percent().get(k))
                          : "");
              if (published.byName()) {
                line(
                    "  (taken for %s by the file's name and %,d questions, not by its content)",
                    published.set(), results.task().questions().size());
              }
              if (results.task().passages().size() != PublishedRecall.PASSAGES) {
                line(
                    "  (published over %,d passages; these are %,d)",
                    PublishedRecall.PASSAGES, results.task().passages().size());
              }
            });
  }

  private static String name(ShapeRecall in) {
    return "  " + in.label();
  }

  private static String cell(PublishedRecall published, int k) {
    Double percent = published.percent().get(k);
    return percent == null ? "" : String.format(Locale.ROOT, "%.2f", percent);
  }

  private void comparison() {
    row("difference", k -> signed(100 * at(k).difference()));
    results
        .questionCosines()
        .ifPresent(c -> line("%ncosine of questions: min %.6f, mean %.6f", c.min(), c.mean()));
    results
        .passageCosines()
        .ifPresent(c -> line("cosine of passages:  min %.6f, mean %.6f", c.min(), c.mean()));
    line("%nA = %s%nB = %s", named(results.outcomes().get(0)), named(results.outcomes().get(1)));
    line(
        "%6s%10s%10s%10s   95%% interval (%,d paired bootstrap samples)",
        "k", "only A", "only B", "A - B", RecallComparison.SAMPLES);
    for (RecallComparison c : results.comparisons()) {
      line(
          "%6d%10d%10d%10s   [%s, %s]%s",
          c.k(),
          c.onlyFirst(),
          c.onlySecond(),
          signed(100 * c.difference()),
          signed(100 * c.low()),
          signed(100 * c.high()),
          c.significant() ? "" : "  includes 0");
    }
  }

  /** With the source of its vectors: two topics may hold those of one model. */
  private static String named(Outcome outcome) {
    return "%s, %s".formatted(outcome.label(), outcome.questions().source());
  }

  private RecallComparison at(int k) {
    return results.comparisons().get(ks.indexOf(k));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  private static String signed(double percent) {
    return String.format(Locale.ROOT, "%+.2f", percent);
  }
}
