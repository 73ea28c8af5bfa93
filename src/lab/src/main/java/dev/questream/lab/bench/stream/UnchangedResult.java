package dev.questream.lab.bench.stream;

import dev.questream.lab.bench.Lines;
import dev.questream.lab.bench.MachineFacts;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * What {@code bench unchanged} found.
 *
 * @param bench always {@code unchanged}
 * @param ids how many there are
 * @param settings what was set on the command line
 * @param loadAfter load average of the last minute at the end
 * @param storeBytes of the digests in {@code state.dir}, after a clean stop
 * @param changelogBytes of their topic, which is compacted later
 * @param restartSeconds from start to running with {@code state.dir} as it was
 * @param restoreSeconds the same with an empty {@code state.dir}
 */
record UnchangedResult(
    String bench,
    int ids,
    int partitions,
    Map<String, String> settings,
    MachineFacts machine,
    double loadAfter,
    List<Pass> passes,
    long storeBytes,
    long changelogBytes,
    double restartSeconds,
    double restoreSeconds) {

  /**
   * Questions that were waiting when the application started.
   *
   * @param questions how many
   * @param skipped of them, because they change nothing
   * @param questionsPerSecond from running to the last answer
   */
  record Pass(String name, int questions, long skipped, double questionsPerSecond) {}

  void print(PrintStream out) {
    Lines lines = new Lines(out);
    lines.line("ids", "%,d in %d partitions", ids, partitions);
    for (Pass pass : passes) {
      lines.line(
          pass.name(),
          "%,.0f questions/s of %,d, %,d skipped",
          pass.questionsPerSecond(),
          pass.questions(),
          pass.skipped());
    }
    lines.line("state.dir", "%,d bytes, %.1f an id", storeBytes, (double) storeBytes / ids);
    lines.line(
        "changelog",
        "%,d bytes on the brokers, %.1f an id",
        changelogBytes,
        (double) changelogBytes / ids);
    lines.line("restart", "%.1f s, with an empty state.dir %.1f s", restartSeconds, restoreSeconds);
    lines.machine(machine, loadAfter);
    lines.warnings(machine.quiet() ? List.of() : List.of(machine.warning()));
  }
}
