package dev.questream.lab.distil;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.io.IOException;
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
   * @param bytes that it will take
   */
  static void require(Path folder, long bytes) {
    Path target = folder.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null) {
      throw refused(folder, "it is the root; name a folder in it");
    }
    while (!Files.exists(parent)) {
      parent = parent.getParent();
    }
    try {
      Files.delete(Files.createTempDirectory(parent, ".questream-"));
      if (Files.exists(target) && !Files.getFileStore(target).equals(Files.getFileStore(parent))) {
        throw refused(folder, "it is a file system of its own; name a folder in it");
      }
      long free = Files.getFileStore(parent).getUsableSpace();
      if (bytes > free) {
        throw refused(
            folder,
            "the model takes %,d MiB, and %,d MiB are free"
                .formatted(bytes / MEBIBYTE + 1, free / MEBIBYTE));
      }
    } catch (IOException e) {
      throw refused(folder, "nothing can be written into %s (%s)".formatted(parent, e));
    }
  }

  private static FatalException refused(Path folder, String why) {
    return new FatalException(
        ExitCode.ENVIRONMENT, "--output %s cannot be written: %s".formatted(folder, why));
  }
}
