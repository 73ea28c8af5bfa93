package dev.questream.lab.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.lab.chaos.guarantee.Violation;
import dev.questream.lab.chaos.guarantee.Violations;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A run's result for people and for programs. */
public final class ChaosReport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChaosResult result;

  public ChaosReport(ChaosResult result) {
    this.result = result;
  }

  /** Prints the tables. */
  public void print(PrintStream out) {
    ChaosOptions options = result.options();
    line(out, "%nseed %d, %s, %.0f s", options.seed(), options.guarantee(), result.seconds());
    line(out, "%nfaults injected");
    result.trouble().faults().forEach((fault, count) -> row(out, count, fault.title()));
    result
        .trouble()
        .marks()
        .forEach((mark, count) -> row(out, count, "encoder: questions marked " + mark.word()));
    row(out, result.trouble().kills(), "processes killed by SIGKILL");
    row(out, result.trouble().endedByThemselves(), "applications ended by themselves");
    row(out, result.trouble().stalls(), "stalls");
    line(out, "%nstream");
    row(out, result.traffic().acknowledged(), "questions taken by the broker");
    row(out, result.traffic().unknown(), "questions of unknown outcome");
    row(out, result.traffic().answers().embeddings(), "embeddings");
    row(out, result.traffic().answers().tombstones(), "tombstones");
    row(out, result.traffic().answers().deadLetters(), "dead letters");
    row(out, result.traffic().skipped(), "skipped, which change nothing");
    row(out, result.traffic().repeated(), "answers beyond a question's first");
    recoveries(out);
    line(out, "%nviolations");
    result.violations().forEach((name, found) -> violations(out, name, found));
    if (!result.sound()) {
      line(out, "%nlogs are kept in %s", result.folder());
    }
  }

  private void recoveries(PrintStream out) {
    List<Long> millis = result.trouble().recoveries();
    if (!millis.isEmpty()) {
      line(
          out,
          "%nrecovery: %d kills of a single instance; from its restart to its first committed"
              + " embedding: median %.1f s, largest %.1f s",
          millis.size(),
          median() / 1000.0,
          millis.get(millis.size() - 1) / 1000.0);
    }
  }

  private long median() {
    return result.trouble().recoveries().get(result.trouble().recoveries().size() / 2);
  }

  private static void violations(PrintStream out, String name, Violations found) {
    row(out, found.count(), name);
    for (Violation example : found.examples()) {
      line(out, "             %s", example.what());
    }
  }

  private static void row(PrintStream out, long count, String what) {
    line(out, "  %,9d  %s", count, what);
  }

  private static void line(PrintStream out, String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
  }

  /** Writes the same as JSON. */
  public void write(Path file) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("seed", result.options().seed());
    root.put("guarantee", result.options().guarantee());
    root.put("seconds", result.seconds());
    ObjectNode faults = root.putObject("faults");
    result.trouble().faults().forEach((fault, count) -> faults.put(fault.label(), count));
    ObjectNode marks = root.putObject("encoder_faults");
    result.trouble().marks().forEach((mark, count) -> marks.put(mark.word().substring(1), count));
    root.put("kills", result.trouble().kills());
    root.put("ended_by_themselves", result.trouble().endedByThemselves());
    root.put("stalls", result.trouble().stalls());
    root.put("questions", result.traffic().acknowledged());
    root.put("unknown", result.traffic().unknown());
    root.put("embeddings", result.traffic().answers().embeddings());
    root.put("tombstones", result.traffic().answers().tombstones());
    root.put("dead_letters", result.traffic().answers().deadLetters());
    root.put("skipped", result.traffic().skipped());
    root.put("repeated", result.traffic().repeated());
    result.trouble().recoveries().forEach(root.withArray("recoveries_ms")::add);
    ObjectNode violations = root.putObject("violations");
    result.violations().forEach((name, found) -> write(violations.putObject(name), found));
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
  }

  private static void write(ObjectNode node, Violations found) {
    node.put("count", found.count());
    found.examples().forEach(example -> node.withArray("examples").add(example.what()));
  }
}
