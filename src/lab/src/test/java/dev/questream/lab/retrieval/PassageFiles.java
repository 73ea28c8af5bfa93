package dev.questream.lab.retrieval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Passage files for tests. */
public final class PassageFiles {
  private PassageFiles() {}

  /** Passages with the ids 1 to {@code count}. */
  public static PassageCollection numbered(Path folder, int count) {
    StringBuilder text = new StringBuilder("id\ttext\ttitle\n");
    for (int i = 1; i <= count; i++) {
      text.append(i).append("\ttext ").append(i).append("\ttitle ").append(i).append('\n');
    }
    return of(folder, text.toString());
  }

  public static PassageCollection of(Path folder, String content) {
    try {
      Path file = Files.writeString(Files.createTempFile(folder, "psgs", ".tsv"), content);
      return PassageCollection.scan(file, count -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
