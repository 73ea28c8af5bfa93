package dev.questream.hub;

import dev.questream.weights.ModelException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Names of files that a server or a model's own files give: relative, and never outside. */
final class RepoPath {
  private static final int MAX_LENGTH = 1000;

  private RepoPath() {}

  /**
   * Returns {@code name} if it is a relative path of plain segments.
   *
   * @param source who gave it, for the message
   * @throws ModelException if it is not
   */
  static String checked(String name, String source) {
    boolean bad = name.length() > MAX_LENGTH || name.indexOf('\\') >= 0;
    for (String segment : name.split("/", -1)) {
      bad |= segment.isEmpty() || segment.equals(".") || segment.equals("..");
    }
    if (bad || name.chars().anyMatch(Character::isISOControl)) {
      throw refused(name, source, null);
    }
    return name;
  }

  /** The file {@code name} below {@code folder}. */
  static Path below(Path folder, String name) {
    try {
      Path file = folder.resolve(checked(name, "the model")).normalize();
      if (file.startsWith(folder.normalize()) && !file.equals(folder.normalize())) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw refused(name, "the model", e);
    }
    throw refused(name, "the model", null);
  }

  private static ModelException refused(String name, String source, Throwable cause) {
    return new ModelException(
        ("%s names the file '%s'; expected a relative path without '..': nothing was fetched for"
                + " it, do not use this model")
            .formatted(source, name.replaceAll("\\p{Cntrl}", "?")),
        cause);
  }
}
