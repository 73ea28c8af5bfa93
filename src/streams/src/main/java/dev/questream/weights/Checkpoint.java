package dev.questream.weights;

import java.nio.file.Path;
import java.util.Set;

/** The tensors of a weight file, read on demand. */
public interface Checkpoint {

  /** The file that the tensors come from. */
  Path file();

  /** The names of all tensors: the keys of the state dict. */
  Set<String> names();

  /** The shape of a tensor. */
  TensorShape shape(String name);

  /**
   * Reads a tensor.
   *
   * @throws ModelException if the tensor is not there or the file is damaged
   */
  Tensor read(String name);

  /**
   * Opens a weight file by its name's ending.
   *
   * @see WeightFormat
   * @throws ModelException if the file is of no known kind or damaged
   */
  static Checkpoint open(Path file) {
    return WeightFormat.of(file.getFileName().toString())
        .orElseThrow(
            () ->
                new ModelException(
                    "%s: unknown kind of weight file; .safetensors, .bin, .cp and .onnx are read"
                        .formatted(file)))
        .open(file);
  }
}
