package dev.questream.lab.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Figures for people: a label, and what it is. */
public final class Lines {
  private final PrintStream out;

  public Lines(PrintStream out) {
    this.out = out;
  }

  public void line(String label, String format, Object... values) {
    out.printf("%-11s %s%n", label, String.format(Locale.ROOT, format, values));
  }

  public void machine(MachineFacts machine, double loadAfter) {
    line("on", "%s, %d cores, %s", machine.processor(), machine.cores(), machine.os());
    line(
        "",
        "JDK %s, libtorch %s, load average %.2f before, %.2f after",
        machine.jdk(),
        machine.libtorch(),
        machine.loadBefore(),
        loadAfter);
  }

  public void warnings(List<String> warnings) {
    warnings.forEach(warning -> line("WARNING", "%s", warning));
  }
}
