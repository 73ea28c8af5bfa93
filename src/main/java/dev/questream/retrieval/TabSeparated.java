package dev.questream.retrieval;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads rows as Python's {@code csv.reader(file, delimiter="\t")} does, which wrote DPR's files: a
 * quote is special only at the start of a field, is doubled inside, and a quoted field may span
 * lines.
 */
public final class TabSeparated {
  private final BufferedReader in;

  public TabSeparated(BufferedReader in) {
    this.in = in;
  }

  /** The fields of the next row, or null at the end. An empty line is a row of one empty field. */
  public List<String> next() throws IOException {
    int c = in.read();
    if (c < 0) {
      return null;
    }
    List<String> row = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    while (true) {
      c = c == '"' ? quoted(field) : c;
      while (c >= 0 && c != '\t' && c != '\n' && c != '\r') {
        field.append((char) c);
        c = in.read();
      }
      row.add(field.toString());
      field.setLength(0);
      if (c != '\t') {
        skipLineFeedAfter(c);
        return row;
      }
      c = in.read();
    }
  }

  /** Reads a quoted part up to its closing quote and gives the character after it. */
  private int quoted(StringBuilder field) throws IOException {
    while (true) {
      int c = in.read();
      if (c == '"') {
        c = in.read();
        if (c != '"') {
          return c;
        }
      }
      if (c < 0) {
        return c;
      }
      field.append((char) c);
    }
  }

  private void skipLineFeedAfter(int c) throws IOException {
    if (c == '\r') {
      in.mark(1);
      if (in.read() != '\n') {
        in.reset();
      }
    }
  }
}
