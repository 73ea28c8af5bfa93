package dev.questream.app.terminal;

import java.util.Locale;

/** A step of which only beginning and end are known. */
public final class Step {
  private static final double NANOS = 1e9;

  private final Console console;
  private final long start = System.nanoTime();

  Step(Console console, String doing) {
    this.console = console;
    if (console.terminal()) {
      console.err().print("  … " + doing);
      console.err().flush();
    }
  }

  /** Ends the step and says what came of it. */
  public void done(String what) {
    String seconds = String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / NANOS);
    String erase = console.terminal() ? "\r\u001b[K" : "";
    console.err().printf("%s  ✓ %-72s %7s%n", erase, what, seconds);
  }
}
