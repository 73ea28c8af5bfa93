package dev.questream.app.console;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * A count under way: a bar on a terminal, as wide as that at most, a line every few seconds
 * elsewhere; nothing in the first two seconds.
 */
public final class Progress {
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long BAR_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int BAR_WIDTH = 24;
  private static final double SLOW = 1; // slower than so many a second takes decimals

  private final Console console;
  private final String doing;
  private final long total;
  private final IntSupplier width;
  private final long start = System.nanoTime();
  private long shown = start + SILENT_NANOS - LINE_NANOS;
  private boolean visible;

  /**
   * @param width of the terminal, in columns
   */
  Progress(Console console, String doing, long total, IntSupplier width) {
    this.console = console;
    this.doing = doing;
    this.total = total;
    this.width = width;
  }

  /**
   * Says how far it is.
   *
   * @param count how many are done
   * @param detail shown behind the rate
   */
  public void at(long count, String detail) {
    long now = System.nanoTime();
    long interval = console.terminal() ? BAR_NANOS : LINE_NANOS;
    if (now - start < SILENT_NANOS || now - shown < interval) {
      return;
    }
    shown = now;
    visible = true;
    String line = line(count, now, detail);
    if (console.terminal()) {
      console.err().print("\r\u001b[K" + Columns.cut(line, width.getAsInt() - 1));
      console.err().flush();
    } else {
      console.err().println(line);
    }
  }

  private String line(long count, long now, String detail) {
    double seconds = (now - start) / 1e9;
    double rate = count / seconds;
    StringBuilder line = new StringBuilder("  ").append(doing).append(' ');
    if (total > 0) {
      if (console.terminal()) {
        int filled = (int) Math.min(BAR_WIDTH, BAR_WIDTH * count / total);
        line.append("█".repeat(filled)).append("░".repeat(BAR_WIDTH - filled)).append(' ');
      }
      line.append(String.format(Locale.ROOT, "%,d of %,d", count, total));
    } else {
      line.append(String.format(Locale.ROOT, "%,d", count));
    }
    line.append(String.format(Locale.ROOT, rate < SLOW ? "  %.2f/s" : "  %,.0f/s", rate));
    if (total > count && rate > 0) {
      line.append("  ").append(duration((total - count) / rate)).append(" left");
    }
    return detail.isEmpty() ? line.toString() : line.append("  ").append(detail).toString();
  }

  private static String duration(double seconds) {
    if (seconds < 120) {
      return String.format(Locale.ROOT, "%.0f s", seconds);
    }
    long minutes = Math.round(seconds / 60);
    return minutes < 120
        ? minutes + " min"
        : String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
  }

  /** Clears the bar. */
  public void done() {
    if (visible && console.terminal()) {
      console.err().print("\r\u001b[K");
      console.err().flush();
    }
  }
}
