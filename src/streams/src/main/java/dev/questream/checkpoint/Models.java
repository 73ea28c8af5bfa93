package dev.questream.checkpoint;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Finds models by what a user writes after {@code --model}. */
public final class Models {
  private static final Pattern HUB_ID = Pattern.compile("[\\w.-]+/[\\w.-]+(@[\\w./-]+)?");

  private Models() {}

  /**
   * Finds a model: the name of a bundled one, or a folder that holds a checkpoint.
   *
   * @param nameOrFolder what the user wrote
   * @param cache folder for temporary files
   * @throws ModelException if there is no such model; the message says what there is
   */
  public static PublishedModel resolve(String nameOrFolder, Path cache) {
    if (nameOrFolder.equals(BundledModel.ID)) {
      return BundledModel.load(cache);
    }
    if (isFolder(nameOrFolder)) {
      return FolderModel.read(Path.of(nameOrFolder));
    }
    if (isHubName(nameOrFolder)) {
      throw new ModelException(
          "there is no folder %s, and the model of that name has not been fetched from the hub"
              .formatted(nameOrFolder));
    }
    throw new ModelException(
        "there is no model %s: it is no folder, no name of a model on the hub (owner/name) and not the bundled model %s"
            .formatted(nameOrFolder, BundledModel.ID));
  }

  /** Whether a user means a model on the hub, {@code owner/name[@revision]}, and no folder. */
  public static boolean isHubName(String name) {
    return HUB_ID.matcher(name).matches() && !isFolder(name);
  }

  private static boolean isFolder(String name) {
    try {
      return !name.isBlank() && Files.isDirectory(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
