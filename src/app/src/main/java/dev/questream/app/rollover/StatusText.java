package dev.questream.app.rollover;

import dev.questream.app.rollover.Comparison.Sides;
import dev.questream.provenance.Provenance;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Where a roll-over stands, for a person. */
public final class StatusText {
  private static final String ROW = "%-13s %-38s %s%n";

  private StatusText() {}

  /** Some lines, the verdict last. */
  public static String of(RolloverStatus status) {
    StringBuilder text = new StringBuilder();
    row(text, "", new Sides<>("old", "new"), side -> side);
    row(text, "application", status.sides(), Side::application);
    row(text, "group", status.progress(), StatusText::group);
    row(text, "read", status.progress(), StatusText::read);
    row(text, "lag", status.progress(), progress -> "%,d".formatted(progress.lag()));
    row(text, "pace", status.pace(), StatusText::pace);
    row(text, "embeddings", status.sides(), Side::embeddings);
    row(text, "ids", status.comparison().ids(), ids -> count(ids, status.comparison().share()));
    models(text, "old model", status.comparison().models().before());
    models(text, "new model", status.comparison().models().after());
    compared(text, status.comparison());
    drift(text, status.comparison().drift());
    verdict(text, status.verdict());
    return text.toString();
  }

  private static <T> void row(
      StringBuilder text, String name, Sides<T> sides, Function<T, String> say) {
    text.append(ROW.formatted(name, say.apply(sides.before()), say.apply(sides.after())));
  }

  private static String group(GroupProgress progress) {
    return "%s, %d %s"
        .formatted(
            progress.state(), progress.members(), progress.members() == 1 ? "member" : "members");
  }

  static String read(GroupProgress progress) {
    return String.format(
        Locale.ROOT,
        "%,d of %,d (%.1f%%)",
        progress.read(),
        progress.total(),
        Math.floor(progress.percent() * 10) / 10);
  }

  private static String pace(GroupProgress.Pace pace) {
    String eta =
        pace.etaSeconds() == 0
            ? ""
            : Double.isInfinite(pace.etaSeconds())
                ? ", does not catch up"
                : ", done in " + duration(Math.round(pace.etaSeconds()));
    return String.format(
        Locale.ROOT, "%.0f/s read, %.0f/s asked%s", pace.read(), pace.asked(), eta);
  }

  private static String duration(long seconds) {
    return seconds < 120
        ? seconds + " s"
        : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
  }

  private static String count(long ids, double share) {
    return (share == 1 ? "" : "about ") + "%,d".formatted(ids);
  }

  private static void models(StringBuilder text, String name, Map<Provenance, Integer> models) {
    models.forEach(
        (model, count) ->
            text.append(
                "%-13s %s%s%n"
                    .formatted(
                        name,
                        model.describe(),
                        models.size() == 1 ? "" : " (%,d)".formatted(count))));
  }

  private static void compared(StringBuilder text, Comparison comparison) {
    text.append(
        "%-13s %,d ids, %s%n"
            .formatted(
                "compared",
                comparison.compared(),
                comparison.share() == 1
                    ? "all there are"
                    : String.format(
                        Locale.ROOT, "%.2g%% of all, by hash", 100 * comparison.share())));
    text.append(
        "%-13s %,d%s%n"
            .formatted(
                "in both",
                comparison.both(),
                comparison.older() == 0
                    ? ""
                    : ", %,d of different questions".formatted(comparison.older())));
    reasons(text, "only old", comparison.onlyOld());
    reasons(text, "only new", comparison.onlyNew());
  }

  private static void reasons(StringBuilder text, String name, Map<Absence, Integer> counts) {
    StringBuilder reasons = new StringBuilder();
    counts.forEach(
        (reason, count) ->
            reasons
                .append(reasons.isEmpty() ? ": " : ", ")
                .append("%,d %s".formatted(count, reason.words())));
    int sum = counts.values().stream().mapToInt(Integer::intValue).sum();
    text.append("%-13s %,d%s%n".formatted(name, sum, reasons));
  }

  private static void drift(StringBuilder text, Drift drift) {
    String cosines =
        drift
            .cosines()
            .map(StatusText::distribution)
            .orElse(drift.pairs() == 0 ? "no pairs" : "none: the dimensions differ");
    text.append("%-13s %s%n".formatted("cosine", cosines));
    drift
        .overlap()
        .ifPresent(
            overlap ->
                text.append(
                    "%-13s %s%n"
                        .formatted(
                            "top-%d overlap".formatted(overlap.k()),
                            distribution(overlap.shares()))));
  }

  private static String distribution(Drift.Distribution values) {
    return String.format(
        Locale.ROOT,
        "mean %.4f, min %.4f, p5 %.4f, p50 %.4f, p95 %.4f",
        values.mean(),
        values.min(),
        values.p5(),
        values.p50(),
        values.p95());
  }

  private static void verdict(StringBuilder text, Verdict verdict) {
    text.append(
        verdict.ready() ? "%nready to cut over%n".formatted() : "%nNOT READY%n".formatted());
    verdict.blockers().forEach(blocker -> text.append("  - %s%n".formatted(blocker)));
    verdict.warnings().forEach(warning -> text.append("  note: %s%n".formatted(warning)));
  }
}
