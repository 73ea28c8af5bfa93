package dev.questream.app.console;

import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.IntSupplier;

/** A step of which only beginning and end are known. On a terminal its seconds are counted. */
public final class Step implements AutoCloseable {
  private static final String ERASE_LINE = "\r\u001b[K";
  private static final long TICK_MS = 500;

  private final Console console;
  private final String doing;
  private final IntSupplier width;
  private final long start = System.nanoTime();
  private final Timer ticks = new Timer("questream-step", true);
  private boolean ended;

  /**
   * @param width of the terminal, in columns
   */
  Step(Console console, String doing, IntSupplier width) {
    this.width = width;
    this.console = console;
    this.doing = doing;
    if (console.terminal()) {
      ticks.schedule(
          new TimerTask() {
            @Override
            public void run() {
              tick();
            }
          },
          0,
          TICK_MS);
    }
  }

  private synchronized void tick() {
    if (!ended) {
      String line = "  … %s %s".formatted(doing, seconds());
      console.err().print(ERASE_LINE + Columns.cut(line, width.getAsInt() - 1));
      console.err().flush();
    }
  }

  private String seconds() {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / 1e9);
  }

  /** Ends the step and says what came of it. */
  public synchronized void done(String what) {
    end();
    console.err().printf("  ✓ %-67s %7s%n", what, seconds());
  }

  /** Ends the step when it has failed; what to say is left to the failure. */
  @Override
  public synchronized void close() {
    if (!ended) {
      end();
    }
  }

  private void end() {
    ended = true;
    ticks.cancel();
    if (console.terminal()) {
      console.err().print(ERASE_LINE);
    }
  }
}
