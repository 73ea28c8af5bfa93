package dev.questream.hub;

import dev.questream.weights.AtomicFile;
import dev.questream.weights.DiskFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * One model's folders in the cache of {@code huggingface_hub}: {@code refs/<revision>} holds a
 * commit, {@code blobs/<etag>} a file, and {@code snapshots/<commit>/<name>} links to blobs. An
 * empty {@code .no_exist/<commit>/<name>} records that the model has no such file.
 *
 * @see <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">the layout</a>
 */
final class HubCache {
  private final Path cache;
  private final String folder;
  private final Links links;

  /** Makes a symbolic link; replaced where a test has a file system without. */
  interface Links {
    void link(Path link, Path target) throws IOException;
  }

  HubCache(Path cache, HubId id, Links links) {
    this.cache = cache;
    this.folder = "models--" + id.owner() + "--" + id.name();
    this.links = links;
  }

  Path snapshot(String commit) {
    return model().resolve("snapshots").resolve(commit);
  }

  Path blob(String etag) {
    return model().resolve("blobs").resolve(etag);
  }

  Path incomplete(String etag) {
    return model().resolve("blobs").resolve(etag + ".incomplete");
  }

  Path lock(String etag) {
    return cache.resolve(".locks").resolve(folder).resolve(etag + ".lock");
  }

  /** The commit that a revision was when it was last fetched. */
  Optional<String> commit(HubId id) {
    if (id.isPinned()) {
      return Optional.of(id.revision());
    }
    Path ref = RepoPath.below(model().resolve("refs"), id.revision());
    try {
      return Files.isRegularFile(ref)
          ? Optional.of(Files.readString(ref).strip()).filter(HubId::isCommit)
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + ref + "; make it readable, or delete it", e);
    }
  }

  void remember(HubId id, String commit) {
    if (!id.isPinned() && !commit(id).equals(Optional.of(commit))) {
      Path ref = RepoPath.below(model().resolve("refs"), id.revision());
      replace(ref, file -> Files.writeString(file, commit));
    }
  }

  boolean isAbsent(String commit, String name) {
    return Files.exists(absent(commit, name));
  }

  void rememberAbsent(String commit, String name) {
    if (!isAbsent(commit, name)) {
      replace(absent(commit, name), file -> Files.write(file, new byte[0]));
    }
  }

  /** Shows a blob under a file's name: a relative link, or a copy where there are no links. */
  void show(String commit, String name, String etag) {
    Path shown = RepoPath.below(snapshot(commit), name);
    Path target = shown.getParent().relativize(blob(etag));
    try {
      Files.createDirectories(shown.getParent());
      if (Files.isSymbolicLink(shown)) {
        Files.delete(shown);
      }
      links.link(shown, target);
    } catch (FileAlreadyExistsException e) {
      // Another process showed it, which is as good.
    } catch (IOException | UnsupportedOperationException e) {
      replace(shown, file -> Files.copy(blob(etag), file, StandardCopyOption.REPLACE_EXISTING));
    }
  }

  /** The failure of a disk, in words: nothing that another attempt would mend. */
  static UncheckedIOException diskFailure(Path file, IOException cause) {
    return new UncheckedIOException(
        "cannot write to %s: %s; what was fetched is kept, and running again goes on with it"
            .formatted(
                file.toAbsolutePath().getParent(), DiskFailure.advise(cause, "HF_HUB_CACHE")),
        cause);
  }

  private static void replace(Path file, AtomicFile.Writer<?> writer) {
    try {
      Files.createDirectories(file.getParent());
      AtomicFile.write(file, writer);
    } catch (IOException e) {
      throw diskFailure(file, e);
    }
  }

  private Path absent(String commit, String name) {
    return RepoPath.below(model().resolve(".no_exist").resolve(commit), name);
  }

  private Path model() {
    return cache.resolve(folder);
  }
}
