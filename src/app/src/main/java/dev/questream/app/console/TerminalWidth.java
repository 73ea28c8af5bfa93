package dev.questream.app.console;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * The columns of the terminal that standard error goes to, as they are now: {@code stty}, which
 * every Unix has, is asked at most once a second. Where it does not know, the customary 80.
 */
final class TerminalWidth implements IntSupplier {
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int CUSTOMARY = 80;

  private int columns;
  private long measuredNanos;

  @Override
  public synchronized int getAsInt() {
    long now = System.nanoTime();
    if (columns == 0 || now - measuredNanos > KEPT_NANOS) {
      columns = measure();
      measuredNanos = now;
    }
    return columns;
  }

  private static int measure() {
    ProcessBuilder stty =
        new ProcessBuilder("sh", "-c", "stty size <&2 2>/dev/null").redirectError(Redirect.INHERIT);
    try {
      Process process = stty.start();
      String size = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int found = Integer.parseInt(size.strip().replaceFirst("\\d+ ", ""));
      return found > 0 ? found : CUSTOMARY;
    } catch (IOException | NumberFormatException e) {
      return CUSTOMARY;
    }
  }
}
