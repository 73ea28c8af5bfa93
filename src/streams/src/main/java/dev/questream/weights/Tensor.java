package dev.questream.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A named tensor, contiguous in row-major order.
 *
 * @param name its key in the state dict
 * @param type format of its elements
 * @param shape its dimensions
 * @param data its elements, little-endian; position 0, limit {@code shape.elements() *
 *     type.bytes()}
 */
public record Tensor(String name, ElementType type, TensorShape shape, ByteBuffer data) {

  public Tensor {
    long expected = shape.bytes(type);
    if (data.remaining() != expected) {
      throw new ModelException(
          "tensor %s of shape %s and type %s needs %d bytes, the file has %d"
              .formatted(name, shape, type, expected, data.remaining()));
    }
    data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The same values with the two dimensions of a matrix exchanged, copied. */
  public Tensor transposed() {
    if (shape.rank() != 2) {
      throw new ModelException("tensor %s %s is no matrix".formatted(name, shape));
    }
    int rows = shape.size(0);
    int columns = shape.size(1);
    int width = type.bytes();
    ByteBuffer copy = ByteBuffer.allocate(data.remaining());
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        copy.put(
            column * rows * width + row * width, data, (row * columns + column) * width, width);
      }
    }
    return new Tensor(name, type, TensorShape.of(columns, rows), copy);
  }
}
