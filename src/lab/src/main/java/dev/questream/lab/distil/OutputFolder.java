package dev.questream.lab.distil;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a model can be written, asked before it has been learnt. */
final class OutputFolder {
  private static final long MEBIBYTE = 1 << 20;

  private OutputFolder() {}

  /**
   * Refuses a place that cannot take a folder. What is not there yet is not made.
   *
   * @param folder new or empty
   */
  static void requireWritable(Path folder) {
    Path target = folder.toAbsolutePath().normalize();
    Path parent = parent(folder);
    try {
      Files.delete(Files.createTempDirectory(parent, ".questream-"));
      if (Files.exists(target) && !Files.getFileStore(target).equals(Files.getFileStore(parent))) {
        throw refused(folder, "it is a file system of its own; name a folder in it");
      }
    } catch (IOException e) {
      throw refused(folder, "nothing can be written into %s%s".formatted(parent, reason(e)));
    }
  }

  /** Refuses a place without room for so many bytes. */
  static void requireRoom(Path folder, long bytes) throws IOException {
    long free = Files.getFileStore(parent(folder)).getUsableSpace();
    if (bytes > free) {
      throw refused(
          folder,
          "the model takes %,d MiB, and %,d MiB are free"
              .formatted(bytes / MEBIBYTE + 1, free / MEBIBYTE));
    }
  }

  /** The nearest folder around it that is there. */
  private static Path parent(Path folder) {
    Path parent = folder.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw refused(folder, "it is the root; name a folder in it");
    }
    while (!Files.exists(parent)) {
      parent = parent.getParent();
    }
    return parent;
  }

  private static String reason(IOException e) {
    return e instanceof FileSystemException refused && refused.getReason() != null
        ? " (" + refused.getReason() + ")"
        : "";
  }

  private static FatalException refused(Path folder, String why) {
    return new FatalException(
        ExitCode.ENVIRONMENT, "--output %s cannot be written: %s".formatted(folder, why));
  }
}
