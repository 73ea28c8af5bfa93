package dev.questream.lab.bench.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.questream.lab.bench.Latency;
import dev.questream.lab.bench.Lines;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.Spread;
import dev.questream.provenance.Provenance;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * What {@code bench serve} found.
 *
 * @param bench always {@code serve}
 * @param source where the questions are from
 * @param settings what was set on the command line
 * @param loadAfter load average of the last minute at the end
 * @param warnings what a reader must know
 */
record ServeResult(
    String bench,
    String source,
    @JsonUnwrapped Provenance provenance,
    int workers,
    Map<String, String> settings,
    MachineFacts machine,
    double loadAfter,
    List<Case> cases,
    List<String> warnings) {

  /**
   * One measurement.
   *
   * @param questionsPerSecond of the stream, at saturation; absent where it was idle
   * @param shareOfAlone of what the stream does without requests
   * @param textsPerSecond over HTTP
   * @param refused requests that were answered with something else than vectors
   * @param latency of a request; absent where nobody asked
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Case(
      String name,
      Spread questionsPerSecond,
      Double shareOfAlone,
      double textsPerSecond,
      long refused,
      Latency latency) {}

  void print(PrintStream out) {
    Lines lines = new Lines(out);
    lines.line("model", "%s, %d workers", provenance.describe(), workers);
    for (Case one : cases) {
      lines.line("", "%s", one.name());
      if (one.latency() != null) {
        lines.line(
            "  requests",
            "p50 %.1f ms, p99 %.1f ms, max %.1f ms of %,d; %.0f texts/s, %,d refused",
            one.latency().p50(),
            one.latency().p99(),
            one.latency().max(),
            one.latency().count(),
            one.textsPerSecond(),
            one.refused());
      }
      if (one.questionsPerSecond() != null) {
        lines.line(
            "  stream",
            "%s questions/s, %.0f%% of the stream alone",
            one.questionsPerSecond().shown("%.1f"),
            100 * one.shareOfAlone());
      }
    }
    lines.machine(machine, loadAfter);
    lines.warnings(warnings);
  }
}
