package dev.questream.weights;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The formats of weight files: which names they have in a model's folder, and who reads them.
 *
 * <p>Of several files the first in this order is taken. A new format is a new row.
 */
public enum WeightFormat {
  SAFETENSORS(SafetensorsCheckpoint::open, List.of("model.safetensors"), ".*\\.safetensors"),
  SHARDED_SAFETENSORS(
      ShardedCheckpoint::open, List.of(ShardedCheckpoint.INDEX), ".*\\.safetensors\\.index\\.json"),
  TORCH(
      TorchCheckpoint::open,
      List.of("pytorch_model.bin"),
      ".*\\.(bin|pt|pth)|" + WeightFormat.TRAINING),
  ONNX(OnnxCheckpoint::open, List.of("model.onnx", "onnx/model.onnx"), ".*\\.onnx");

  /** What training leaves in its folder: DPR's names, and Lightning's. */
  private static final String TRAINING = ".*\\.(cp|ckpt)|dpr_biencoder\\.[0-9.]+";

  private final Function<Path, Checkpoint> reader;
  private final List<String> names;
  private final Pattern form;

  /**
   * @param names of the file in a model's folder
   * @param form that the name of any file of this format has
   */
  WeightFormat(Function<Path, Checkpoint> reader, List<String> names, String form) {
    this.reader = reader;
    this.names = names;
    this.form = Pattern.compile(form);
  }

  /** The name of the file in a model's folder. */
  public String fileName() {
    return names.get(0);
  }

  /** The names that weights have in a model's folder, the preferred one first. */
  public static List<String> fileNames() {
    return Arrays.stream(values()).flatMap(format -> format.names.stream()).toList();
  }

  /**
   * The file that the weights of a model are read from: the first that there is.
   *
   * @param exists whether the model has a file of a name
   */
  public static Optional<String> choose(Predicate<String> exists) {
    return fileNames().stream().filter(exists).findFirst();
  }

  /**
   * The weight file in a model's folder: of the usual names, or the one that training left there.
   *
   * @throws ModelException if there is none, or training left several
   */
  public static Path in(Path folder) {
    return choose(name -> Files.isRegularFile(folder.resolve(name)))
        .map(folder::resolve)
        .orElseGet(() -> ofTraining(folder));
  }

  private static Path ofTraining(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> left =
          files.filter(file -> file.getFileName().toString().matches(TRAINING)).sorted().toList();
      if (left.size() == 1) {
        return left.get(0);
      }
      throw new ModelException(
          left.isEmpty()
              ? "%s holds no weights: none of %s is there"
                  .formatted(folder, String.join(", ", fileNames()))
              : "%s holds %d checkpoints; name one of them as the model, such as %s"
                  .formatted(folder, left.size(), left.get(left.size() - 1)));
    } catch (IOException e) {
      throw new ModelException("%s cannot be read as a model: %s".formatted(folder, e), e);
    }
  }

  /** The format of a file by its name; empty if it is of none that is read. */
  public static Optional<WeightFormat> of(String fileName) {
    return Arrays.stream(values())
        .filter(format -> format.form.matcher(fileName).matches())
        .findFirst();
  }

  /**
   * Lower-case hex SHA-256 of a weight file; of several that hold a model together, that of the
   * lines that {@code sha256sum} prints for them.
   *
   * @throws ModelException if they name others that are not there
   */
  public static String sha256(Path weights) throws IOException {
    Set<Path> files =
        switch (of(weights.getFileName().toString()).orElse(TORCH)) {
          case SHARDED_SAFETENSORS -> ShardedCheckpoint.shards(weights);
          case ONNX -> OnnxCheckpoint.open(weights).files();
          default -> Set.of(weights);
        };
    if (files.equals(Set.of(weights))) {
      return Sha256.of(weights);
    }
    StringBuilder lines = new StringBuilder();
    for (Path file : files) {
      lines.append(Sha256.of(file)).append("  ").append(file.getFileName()).append('\n');
    }
    return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  Checkpoint open(Path file) {
    return reader.apply(file);
  }
}
