package dev.questream.weights;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The formats of weight files: which names they have in a model's folder, and who reads them.
 *
 * <p>Of several files the first in this order is taken. A new format is a new row.
 */
public enum WeightFormat {
  SAFETENSORS(SafetensorsCheckpoint::open, List.of("model.safetensors"), List.of(".safetensors")),
  SHARDED_SAFETENSORS(
      ShardedCheckpoint::open,
      List.of(ShardedCheckpoint.INDEX),
      List.of(".safetensors.index.json")),
  TORCH(TorchCheckpoint::open, List.of("pytorch_model.bin"), List.of(".bin", ".pt", ".pth")),
  ONNX(OnnxCheckpoint::open, List.of("model.onnx", "onnx/model.onnx"), List.of(".onnx"));

  private final Function<Path, Checkpoint> reader;
  private final List<String> names;
  private final List<String> endings;

  /**
   * @param names of the file in a model's folder
   * @param endings of the name of any file of this format
   */
  WeightFormat(Function<Path, Checkpoint> reader, List<String> names, List<String> endings) {
    this.reader = reader;
    this.names = names;
    this.endings = endings;
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

  /** The format of a file by its name; empty if it is of none that is read. */
  public static Optional<WeightFormat> of(String fileName) {
    return Arrays.stream(values())
        .filter(format -> format.endings.stream().anyMatch(fileName::endsWith))
        .findFirst();
  }

  Checkpoint open(Path file) {
    return reader.apply(file);
  }
}
