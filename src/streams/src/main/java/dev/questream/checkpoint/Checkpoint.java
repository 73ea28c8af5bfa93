package dev.questream.checkpoint;

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
   * Opens a weight file by its name's ending: {@code .safetensors}, {@code .bin} ({@code
   * torch.save}) or {@code .onnx}.
   *
   * @throws ModelException if the file is of no known kind or damaged
   */
  static Checkpoint open(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(".onnx")) {
      return OnnxCheckpoint.open(file);
    }
    if (name.endsWith(".safetensors.index.json")) {
      return ShardedCheckpoint.open(file);
    }
    if (name.endsWith(".safetensors")) {
      return SafetensorsCheckpoint.open(file);
    }
    if (name.endsWith(".bin") || name.endsWith(".pt") || name.endsWith(".pth")) {
      return TorchCheckpoint.open(file);
    }
    throw new ModelException(
        "%s: unknown kind of weight file; .safetensors, .bin and .onnx are read".formatted(file));
  }
}
