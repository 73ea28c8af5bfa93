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
  public static Model resolve(String nameOrFolder, Path cache) {
    if (nameOrFolder.equals(BundledModel.ID)) {
      return BundledModel.load(cache);
    }
    if (isFolder(nameOrFolder)) {
      return FolderModel.read(Path.of(nameOrFolder));
    }
    if (HUB_ID.matcher(nameOrFolder).matches()) {
      throw new ModelException(
          ("there is no folder %s, and models are not fetched from the hub by this version; "
                  + "download the model's files into a folder and name that folder, "
                  + "or use the bundled model %s")
              .formatted(nameOrFolder, BundledModel.ID));
    }
    throw new ModelException(
        "there is no model %s: it is neither a folder nor the bundled model %s"
            .formatted(nameOrFolder, BundledModel.ID));
  }

  private static boolean isFolder(String name) {
    try {
      return !name.isBlank() && Files.isDirectory(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
