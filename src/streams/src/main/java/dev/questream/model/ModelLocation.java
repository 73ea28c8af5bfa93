package dev.questream.model;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.hub.DownloadListener;
import dev.questream.hub.HubId;
import dev.questream.hub.HubModels;
import dev.questream.hub.HubSettings;
import dev.questream.weights.ModelException;
import dev.questream.weights.WeightFormat;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a model is, by what a user writes after {@code --model}. */
public sealed interface ModelLocation {

  /**
   * Reads what a user wrote: the name of the bundled model, a folder, or the name of a model on the
   * hub. A folder of that name comes before the hub; what is none of the three is taken for a
   * folder that is missing.
   */
  static ModelLocation of(String text) {
    if (text.equals(PublishedModel.BUNDLED)) {
      return new Bundled();
    }
    Folder folder = new Folder(text);
    return HubId.hasForm(text) && !folder.exists() ? new OnHub(text) : folder;
  }

  /**
   * Opens a model that is on this machine.
   *
   * @param cache folder for temporary files
   * @throws ModelException if it is not; the message says what there is
   */
  PublishedModel open(Path cache);

  /** The model that the class path carries. */
  record Bundled() implements ModelLocation {
    @Override
    public PublishedModel open(Path cache) {
      return PublishedModel.bundled(cache);
    }
  }

  /**
   * A folder, or a weight file with the tokenizer beside it.
   *
   * @param path as the user wrote it
   */
  record Folder(String path) implements ModelLocation {
    private boolean exists() {
      try {
        Path place = Path.of(path);
        return !path.isBlank()
            && (Files.isDirectory(place)
                || Files.isRegularFile(place)
                    && WeightFormat.of(place.getFileName().toString()).isPresent());
      } catch (InvalidPathException e) {
        return false;
      }
    }

    @Override
    public PublishedModel open(Path cache) {
      if (!exists()) {
        throw new ModelException(
            "there is no model %s: it is no folder, no weight file, no name of a model on the hub (owner/name) and not the bundled model %s"
                .formatted(path, PublishedModel.BUNDLED));
      }
      return PublishedModel.in(Path.of(path));
    }
  }

  /**
   * On the hub, perhaps in its cache on this machine.
   *
   * @param name {@code owner/name} or {@code owner/name@revision}, as the user wrote it
   */
  record OnHub(String name) implements ModelLocation {

    /**
     * Fetches what of the model is not yet in the hub's cache, blocking.
     *
     * @return the folder that it is in now
     * @throws ModelException if the hub does not give it
     */
    public Folder fetch(HubSettings settings, DownloadListener listener) {
      return new Folder(new HubModels(settings, listener).fetch(HubId.parse(name)).toString());
    }

    @Override
    public PublishedModel open(Path cache) {
      throw new ModelException(
          "there is no folder %s, and the model of that name has not been fetched from the hub"
              .formatted(name));
    }
  }
}
