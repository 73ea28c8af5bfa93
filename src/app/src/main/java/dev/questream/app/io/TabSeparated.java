package dev.questream.app.io;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads rows as Python's {@code csv.reader(file, delimiter="\t")} does, which wrote DPR's files: a
 * quote is special only at the start of a field, is doubled inside, and a quoted field may span
 * lines.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class TabSeparated {
  /** Python's {@code csv.field_size_limit()}; an unclosed quote ends here and not in no memory. */
  static final int MAX_FIELD_CHARS = 131_072;

  private static final int BUFFER_CHARS = 1 << 16;
  private static final int END = -1;

  private final Reader in;
  private final char[] buffer = new char[BUFFER_CHARS];
  private int next;
  private int filled;
  private long lines;
  private long rowLine;

  public TabSeparated(Reader in) {
    this.in = in;
  }

  /**
   * The fields of the next row, or null at the end. An empty line is a row of one empty field.
   *
   * @throws IOException if the file cannot be read, or a field is longer than Python's limit
   */
  public List<String> next() throws IOException {
    int c = read();
    if (c == END) {
      return null;
    }
    rowLine = c == '\n' ? lines : lines + 1;
    List<String> row = new ArrayList<>(3);
    StringBuilder field = new StringBuilder();
    while (true) {
      c = c == '"' ? quoted(field) : c;
      while (c != END && c != '\t' && c != '\n' && c != '\r') {
        append(field, c);
        c = read();
      }
      row.add(field.toString());
      field.setLength(0);
      if (c != '\t') {
        skipLineFeedAfter(c);
        return row;
      }
      c = read();
    }
  }

  /** The line, counted from 1, on which the row that was read last begins. */
  public long line() {
    return rowLine;
  }

  /** Reads a quoted part up to its closing quote and gives the character after it. */
  private int quoted(StringBuilder field) throws IOException {
    while (true) {
      int c = read();
      if (c == '"') {
        c = read();
        if (c != '"') {
          return c;
        }
      }
      if (c == END) {
        return c;
      }
      append(field, c);
    }
  }

  private void append(StringBuilder field, int c) throws IOException {
    if (field.length() == MAX_FIELD_CHARS) {
      throw new IOException(
          "the row at line %,d has a field of more than %,d characters; is a quote not closed?"
              .formatted(rowLine, MAX_FIELD_CHARS));
    }
    field.append((char) c);
  }

  private void skipLineFeedAfter(int c) throws IOException {
    if (c == '\r') {
      if (fill() && buffer[next] == '\n') {
        next++;
      }
      lines++;
    }
  }

  /** Whether there is a next character, which then lies in the buffer. */
  private boolean fill() throws IOException {
    if (next == filled) {
      filled = Math.max(0, in.read(buffer, 0, buffer.length));
      next = 0;
    }
    return filled > 0;
  }

  private int read() throws IOException {
    if (!fill()) {
      return END;
    }
    char c = buffer[next++];
    if (c == '\n') {
      lines++;
    }
    return c;
  }
}
