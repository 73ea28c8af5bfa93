package dev.questream.checkpoint;

import dev.questream.weights.Checkpoint;
import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import dev.questream.weights.SafetensorsWriter;
import dev.questream.weights.Tensor;
import dev.questream.weights.WeightFormat;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A model in a new folder: the files beside the weights as they are, and {@code model.safetensors}
 * with the names of the source's tensors, some of them changed.
 *
 * <p>Readable by {@code transformers}, {@code sentence-transformers} and {@link PublishedModel#in}.
 */
public final class ModelCopy {
  private final Path folder;

  private ModelCopy(Path folder) {
    this.folder = folder;
  }

  /** What changes in a copy. */
  public interface Change {
    /** The number of the weight file among those of Dense modules. */
    int ENCODER = -1;

    /** Whether the tensor of that name becomes another, which is float32. */
    boolean concerns(int module, String name);

    /** What it becomes, of the same shape. */
    Tensor of(int module, Tensor stored);
  }

  /**
   * A folder to copy into.
   *
   * @throws ModelException if it holds something, or is no folder
   */
  public static ModelCopy into(Path folder) {
    try {
      if (Files.exists(folder) && !isEmpty(folder)) {
        throw new ModelException(
            folder + " holds something already; name a folder that is new or empty");
      }
      return new ModelCopy(folder.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw new ModelException("%s cannot be read as a folder: %s".formatted(folder, e), e);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /**
   * Writes the copy under another name, and renames it when it is whole.
   *
   * @throws IOException if the folder cannot be written, or holds something by now
   */
  public void write(PublishedModel source, Change change) throws IOException {
    Files.createDirectories(folder.getParent());
    Path part = folder.resolveSibling("." + UUID.randomUUID() + ".part");
    try {
      Files.createDirectories(part);
      fill(part, source, change);
      if (Files.exists(folder) && !isEmpty(folder)) {
        throw new FileAlreadyExistsException(folder.toString());
      }
      Files.deleteIfExists(folder);
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(part);
    }
  }

  private static void fill(Path target, PublishedModel source, Change change) throws IOException {
    CopiedFiles files = CopiedFiles.of(source);
    files.write(target);
    source.withWeights(
        weights -> {
          write(Checkpoint.open(weights), target.resolve(files.encoder()), Change.ENCODER, change);
          return null;
        });
    for (int module = 0; module < files.dense().size(); module++) {
      Path dense = files.root().resolve(files.dense().get(module));
      Path weights = WeightFormat.in(dense);
      write(Checkpoint.open(weights), target.resolve(files.dense().get(module)), module, change);
    }
  }

  private static void write(Checkpoint weights, Path folder, int module, Change change) {
    List<SafetensorsWriter.Entry> entries = new ArrayList<>();
    for (String name : new TreeSet<>(weights.names())) {
      ElementType type =
          change.concerns(module, name) ? ElementType.FLOAT32 : weights.read(name).type();
      entries.add(new SafetensorsWriter.Entry(name, type, weights.shape(name)));
    }
    try {
      Files.createDirectories(folder);
      SafetensorsWriter.write(
          folder.resolve(WeightFormat.SAFETENSORS.fileName()),
          entries,
          entry -> {
            Tensor stored = weights.read(entry.name());
            return change.concerns(module, entry.name()) ? change.of(module, stored) : stored;
          });
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(folder + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static void delete(Path part) throws IOException {
    if (Files.exists(part)) {
      try (Stream<Path> files = Files.walk(part)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
