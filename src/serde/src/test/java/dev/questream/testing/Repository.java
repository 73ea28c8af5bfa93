package dev.questream.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the repository, whichever module's folder the tests run in. */
public final class Repository {
  private static final Path ROOT = find(Path.of("").toAbsolutePath());

  private Repository() {}

  /** A file or folder by its path from the root. */
  public static Path path(String relative) {
    return ROOT.resolve(relative);
  }

  private static Path find(Path folder) {
    if (folder == null) {
      throw new IllegalStateException(
          "no folder above %s holds .mvn and schemas".formatted(Path.of("").toAbsolutePath()));
    }
    boolean root =
        Files.isDirectory(folder.resolve(".mvn")) && Files.isDirectory(folder.resolve("schemas"));
    return root ? folder : find(folder.getParent());
  }
}
