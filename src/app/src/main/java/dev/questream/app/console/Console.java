package dev.questream.app.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Standard output for data, standard error for progress; both in UTF-8 whatever the locale.
 *
 * @param out receives data
 * @param err receives progress and messages
 * @param terminal whether a person watches {@code err} on a terminal
 */
public record Console(PrintStream out, PrintStream err, boolean terminal) {

  /** The process's own streams. The launcher knows whether standard error is a terminal. */
  public static Console system() {
    return new Console(
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        Boolean.getBoolean("questream.terminal"));
  }

  /** Control characters as escapes: a question must not steer the terminal. */
  public static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                printable.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                printable.appendCodePoint(c);
              }
            });
    return printable.toString();
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Begins a step that a person waits for; {@link Step#done} ends it. */
  public Step step(String doing) {
    return new Step(this, doing, new TerminalWidth());
  }

  /**
   * Begins a count.
   *
   * @param total how many there will be, 0 if that is not known
   */
  public Progress progress(String doing, long total) {
    return new Progress(this, doing, total, new TerminalWidth());
  }
}
