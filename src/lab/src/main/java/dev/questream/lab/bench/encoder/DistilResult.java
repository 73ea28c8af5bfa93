package dev.questream.lab.bench.encoder;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.questream.lab.bench.Lines;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.Spread;
import java.io.PrintStream;
import java.util.List;

/**
 * What {@code bench distil} found. With {@code --json} these are the names of the fields, in snake
 * case.
 *
 * @param bench always {@code distil}
 * @param machine where it was measured
 * @param loadAfter load average of the last minute at the end
 * @param warnings what a reader must know
 */
record DistilResult(
    String bench,
    @JsonUnwrapped Asked asked,
    Setup setup,
    MachineFacts machine,
    double loadAfter,
    Spread questionsPerSecond,
    List<String> warnings) {

  /** Where questions are from, and what a pass over them asks for; training costs more. */
  record Asked(String source, Work work) {}

  /** Model and settings. */
  record Setup(String model, int batch, int topK, int threads) {}

  /** Shows it to a person. */
  void print(PrintStream out) {
    Lines lines = new Lines(out);
    lines.line("model", "%s, fp32, %d threads", setup.model(), setup.threads());
    lines.line(
        "questions",
        "%,d of %s, mean %.1f tokens, %d a step, %d candidates each",
        asked.work().questions(),
        asked.source(),
        asked.work().meanTokens(),
        setup.batch(),
        setup.topK());
    lines.machine(machine, loadAfter);
    lines.line("rate", "%s questions/s", questionsPerSecond.shown("%,.1f"));
    lines.warnings(warnings);
  }
}
