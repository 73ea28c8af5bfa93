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
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model in a new folder: the files beside the weights as they are, and {@code model.safetensors}
 * with the names of the source's tensors, some of them changed. What DPR's own training wrote
 * becomes a {@code DPRQuestionEncoder} of {@code transformers}.
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
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw new ModelException(folder + " is a file; name a folder that is new or empty");
      }
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

  /** Adds files to a copy whose weights are written. */
  @FunctionalInterface
  public interface Addition {
    /** None. */
    Addition NONE = copy -> {};

    /**
     * @param copy the folder, under a name of the moment
     */
    void into(Path copy) throws IOException;
  }

  /**
   * The bytes that a copy of a model takes, in float32.
   *
   * @throws ModelException if no copy can be written
   */
  public static long bytes(PublishedModel source) throws IOException {
    long weights =
        source.withWeights(
            file -> {
              Checkpoint checkpoint = Checkpoint.open(file);
              return CopiedTensors.of(source, checkpoint).stored().values().stream()
                  .mapToLong(name -> checkpoint.shape(name).bytes(ElementType.FLOAT32))
                  .sum();
            });
    CopiedFiles files = CopiedFiles.of(source);
    for (Path dense : files.dense()) {
      weights += Files.size(WeightFormat.in(files.root().resolve(dense)));
    }
    return weights + files.bytes();
  }

  /** Writes the copy without further files. */
  public void write(PublishedModel source, Change change) throws IOException {
    write(source, change, Addition.NONE);
  }

  /**
   * Writes the copy under another name, and renames it when it is whole.
   *
   * @throws IOException if the folder cannot be written, or holds something by now
   */
  public void write(PublishedModel source, Change change, Addition addition) throws IOException {
    Files.createDirectories(folder.getParent());
    Path part = folder.resolveSibling("." + folder.getFileName() + ".part");
    try {
      delete(part); // of a process that was killed
      Files.createDirectories(part);
      fill(part, source, change);
      addition.into(part);
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
    Optional<byte[]> config =
        source.withWeights(
            file -> {
              Checkpoint weights = Checkpoint.open(file);
              CopiedTensors tensors = CopiedTensors.of(source, weights);
              write(weights, tensors, target.resolve(files.encoder()), Change.ENCODER, change);
              return tensors.config();
            });
    if (config.isPresent()) {
      Files.write(target.resolve(ModelFiles.CONFIG), config.get());
    }
    for (int module = 0; module < files.dense().size(); module++) {
      Path dense = files.root().resolve(files.dense().get(module));
      Checkpoint weights = Checkpoint.open(WeightFormat.in(dense));
      Path folder = target.resolve(files.dense().get(module));
      write(weights, CopiedTensors.all(weights), folder, module, change);
    }
  }

  private static void write(
      Checkpoint weights, CopiedTensors tensors, Path folder, int module, Change change) {
    List<SafetensorsWriter.Entry> entries = new ArrayList<>();
    tensors
        .stored()
        .forEach(
            (name, stored) -> {
              ElementType type =
                  change.concerns(module, stored)
                      ? ElementType.FLOAT32
                      : weights.read(stored).type();
              entries.add(new SafetensorsWriter.Entry(name, type, weights.shape(stored)));
            });
    try {
      Files.createDirectories(folder);
      SafetensorsWriter.write(
          folder.resolve(WeightFormat.SAFETENSORS.fileName()),
          entries,
          entry -> {
            Tensor stored = weights.read(tensors.stored().get(entry.name()));
            return change.concerns(module, stored.name()) ? change.of(module, stored) : stored;
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
