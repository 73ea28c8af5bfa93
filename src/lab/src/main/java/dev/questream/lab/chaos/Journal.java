package dev.questream.lab.chaos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * What happened when: to a file, and to the person who watches.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Journal implements AutoCloseable {
  private final PrintStream console;
  private final BufferedWriter file;
  private final long start = System.nanoTime();

  Journal(PrintStream console, Path path) {
    this.console = console;
    try {
      this.file = Files.newBufferedWriter(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Notes an event, with the time of day (as the logs of the processes have it) and of the run. */
  synchronized void note(String format, Object... arguments) {
    String event = String.format(Locale.ROOT, format, arguments);
    String line =
        String.format(
            Locale.ROOT,
            "%s %7.1f s  %s",
            LocalTime.now().truncatedTo(ChronoUnit.MILLIS),
            (System.nanoTime() - start) / 1e9,
            event);
    console.println(line);
    try {
      file.write(line + System.lineSeparator());
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
