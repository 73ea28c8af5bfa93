package dev.questream.torchscript;

import dev.questream.checkpoint.ModelCopy;
import dev.questream.weights.ElementType;
import dev.questream.weights.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What has been learnt, as the stored tensors that it came from. */
public final class LearntTensors implements ModelCopy.Change {
  private final Map<Key, List<Rows>> learnt = new HashMap<>();

  private record Key(int module, String name) {}

  private record Rows(long from, ByteBuffer elements) {}

  /**
   * Adds a tensor of a graph.
   *
   * @param elements float32, little-endian; copied
   */
  public void add(TrainedTensor tensor, ByteBuffer elements) {
    long rows = tensor.pieces().stream().mapToLong(piece -> piece.to() - piece.from()).sum();
    int width = Math.toIntExact(elements.remaining() / rows);
    ByteBuffer left = elements.duplicate();
    for (TrainedTensor.Piece piece : tensor.pieces()) {
      int bytes = Math.toIntExact((piece.to() - piece.from()) * width);
      ByteBuffer copy = ByteBuffer.allocate(bytes).put(left.slice(left.position(), bytes)).flip();
      left.position(left.position() + bytes);
      learnt
          .computeIfAbsent(new Key(piece.module(), piece.name()), key -> new ArrayList<>())
          .add(new Rows(piece.from(), copy));
    }
  }

  @Override
  public boolean concerns(int module, String name) {
    return learnt.containsKey(new Key(module, name));
  }

  @Override
  public Tensor of(int module, Tensor stored) {
    ByteBuffer before = TensorEncoding.encode(stored, ElementType.FLOAT32);
    ByteBuffer after = ByteBuffer.allocate(before.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    after.put(before.duplicate());
    int width = after.capacity() / stored.shape().size(0);
    for (Rows rows : learnt.get(new Key(module, stored.name()))) {
      after.put(
          Math.toIntExact(rows.from() * width), rows.elements(), 0, rows.elements().remaining());
    }
    return new Tensor(stored.name(), ElementType.FLOAT32, stored.shape(), after.clear());
  }
}
