package dev.questream.lab.retrieval.vector;

import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.PassageCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Passage vectors that someone else has computed: pickles or a {@code .npy} matrix. */
public final class PublishedVectors {
  private static final int PICKLE_PROTOCOL = 0x80;

  private PublishedVectors() {}

  /**
   * Whether a path is, or a folder holds, such vectors. A folder of our own shards does not count.
   *
   * @throws DataException if the path cannot be read
   */
  public static boolean areIn(Path path) {
    return !ShardManifest.isIn(path) && Files.exists(path) && !files(path).isEmpty();
  }

  /**
   * Opens a file, or all of a folder.
   *
   * @throws DataException if what is found is neither one {@code .npy} matrix nor pickles
   */
  public static VectorReader open(Path path, PassageCollection passages) {
    List<Path> files = files(path);
    if (files.isEmpty()) {
      throw new DataException(path + " holds no passage vectors: neither pickles nor .npy");
    }
    boolean npy = files.stream().anyMatch(PublishedVectors::isNpy);
    if (npy && files.size() > 1) {
      throw new DataException(
          "%s holds %d files of vectors, one of them .npy; name the one to use"
              .formatted(path, files.size()));
    }
    return npy ? new NpyVectors(files.get(0), passages) : new PickledVectors(files, passages);
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> all = Files.list(path)) {
      return all.filter(file -> Files.isRegularFile(file) && (isNpy(file) || isPickle(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(path, e), e);
    }
  }

  private static boolean isNpy(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".npy");
  }

  /** Known by its first byte: DPR's files have names such as {@code wiki_0}. */
  private static boolean isPickle(Path file) {
    try (var in = Files.newInputStream(file)) {
      return in.read() == PICKLE_PROTOCOL;
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
  }
}
