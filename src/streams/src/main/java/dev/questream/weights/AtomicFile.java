package dev.questream.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Files that have their name only when they are whole, also where the process is killed or several
 * processes write the same one.
 */
public final class AtomicFile {

  private AtomicFile() {}

  /**
   * Writes what a file is to hold.
   *
   * @param <T> what is found out by that
   */
  public interface Writer<T> {
    T write(Path part) throws IOException;
  }

  /**
   * Writes a file beside {@code file}, and renames it when it is whole; what is there is replaced.
   *
   * @throws IOException if that fails; what is there then stays as it is
   */
  public static <T> T write(Path file, Writer<T> writer) throws IOException {
    Path part = file.resolveSibling("." + UUID.randomUUID() + ".part");
    part.toFile().deleteOnExit(); // should the process be interrupted
    return write(file, part, writer);
  }

  /**
   * The same where one process alone writes the file.
   *
   * @param part the file beside it; the next attempt overwrites what a killed process left of it
   */
  public static <T> T write(Path file, Path part, Writer<T> writer) throws IOException {
    try {
      T written = writer.write(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return written;
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
