package dev.questream.lab.retrieval;

import dev.questream.app.io.DataException;
import dev.questream.app.io.TabSeparated;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Streams the passages of DPR's {@code psgs_w100.tsv(.gz)}: TAB-separated with the header {@code id
 * text title}.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class PassageFile implements AutoCloseable {
  private static final List<String> HEADER = List.of("id", "text", "title");

  private final Path path;
  private final TextFile file;
  private final TabSeparated rows;

  /**
   * Opens a file and reads its header.
   *
   * @throws DataException if it is missing or does not begin with the header
   */
  public PassageFile(Path path) {
    this.path = path;
    this.file = TextFile.open(path);
    this.rows = new TabSeparated(file.reader());
    List<String> header = row();
    if (!HEADER.equals(header)) {
      file.close();
      throw new DataException(
          "%s must begin with the line \"id<TAB>text<TAB>title\"; %s"
              .formatted(path, header == null ? "it is empty" : "it begins with " + header));
    }
  }

  /**
   * The next passage, or null at the end.
   *
   * @throws DataException if a row is not three fields; the message has its line
   */
  public Passage next() {
    List<String> row = row();
    if (row == null) {
      return null;
    }
    if (row.size() != HEADER.size() || row.get(0).isEmpty()) {
      throw new DataException(
          "%s, line %,d: a passage has id, text and title, this row has %d fields%s"
              .formatted(
                  path,
                  rows.line(),
                  row.size(),
                  row.size() == HEADER.size() ? " and an empty id" : ""));
    }
    return new Passage(row.get(0), row.get(2), row.get(1));
  }

  /** Passes over passages that are not needed; fewer if the file ends. */
  public void skip(long count) {
    for (long i = 0; i < count && row() != null; i++) {
      continue; // what a row holds was checked when the file was read as a whole
    }
  }

  private List<String> row() {
    try {
      return rows.next();
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  /** SHA-256 of the plain content; to be asked once, after {@link #next} gave null. */
  public String sha256() {
    return file.sha256OfContent();
  }

  @Override
  public void close() {
    file.close();
  }
}
