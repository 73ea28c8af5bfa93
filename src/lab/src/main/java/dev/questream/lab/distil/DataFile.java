package dev.questream.lab.distil;

import dev.questream.weights.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that a run took, as it was at its beginning.
 *
 * @param name without its folder
 * @param bytes as it lies there
 * @param sha256 lower-case hex; of questions and passages, of the plain content
 */
record DataFile(String name, long bytes, String sha256) {

  static DataFile of(Path file, String sha256) throws IOException {
    return new DataFile(file.getFileName().toString(), Files.size(file), sha256);
  }

  static DataFile of(Path file) throws IOException {
    return of(file, Sha256.of(file));
  }
}
