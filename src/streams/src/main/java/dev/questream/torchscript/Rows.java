package dev.questream.torchscript;

import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Puts tensors together and takes them apart along their first dimension. */
final class Rows {
  private Rows() {}

  /**
   * Tensors of one width, one below the other.
   *
   * @throws ModelException if their element types differ
   */
  static Tensor stacked(List<Tensor> parts) {
    Tensor first = parts.get(0);
    if (parts.size() == 1) {
      return first;
    }
    int bytes = 0;
    long rows = 0;
    for (Tensor part : parts) {
      if (part.type() != first.type()) {
        throw new ModelException(
            "%s and %s have different element types".formatted(first.name(), part.name()));
      }
      bytes = Math.addExact(bytes, part.data().remaining());
      rows += part.shape().dimension(0);
    }
    ByteBuffer joined = ByteBuffer.allocate(bytes);
    for (Tensor part : parts) {
      joined.put(part.data().duplicate());
    }
    return new Tensor(first.name(), first.type(), withRows(first, rows), joined.flip());
  }

  /** Some rows of a tensor. */
  static Tensor of(Tensor tensor, long from, long to) {
    int width = Math.toIntExact(tensor.data().remaining() / tensor.shape().dimension(0));
    return new Tensor(
        tensor.name(),
        tensor.type(),
        withRows(tensor, to - from),
        tensor.data().slice(Math.toIntExact(from * width), Math.toIntExact((to - from) * width)));
  }

  private static TensorShape withRows(Tensor tensor, long rows) {
    List<Long> dimensions = new ArrayList<>(tensor.shape().dimensions());
    dimensions.set(0, rows);
    return new TensorShape(dimensions);
  }
}
