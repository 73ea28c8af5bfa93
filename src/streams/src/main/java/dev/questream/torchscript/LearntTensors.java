package dev.questream.torchscript;

import dev.questream.checkpoint.ModelCopy;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ElementType;
import dev.questream.weights.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What has been learnt, as the stored tensors that it came from; it stays in its file. */
public final class LearntTensors implements ModelCopy.Change {
  private final Map<Key, List<Rows>> learnt = new HashMap<>();

  private record Key(int module, String name) {}

  private record Rows(long from, ByteBuffer elements) {}

  private LearntTensors() {}

  /**
   * What a file holds.
   *
   * @param file float32 tensors of a graph by their paths
   * @param trained what they are
   * @throws dev.questream.weights.ModelException if the file is damaged or lacks one
   */
  public static LearntTensors in(Path file, List<TrainedTensor> trained) {
    Checkpoint tensors = Checkpoint.open(file);
    LearntTensors learnt = new LearntTensors();
    trained.forEach(tensor -> learnt.add(tensor, tensors.read(tensor.path()).data()));
    return learnt;
  }

  private void add(TrainedTensor tensor, ByteBuffer elements) {
    long rows = tensor.pieces().stream().mapToLong(piece -> piece.to() - piece.from()).sum();
    int width = Math.toIntExact(elements.remaining() / rows);
    int next = 0;
    for (TrainedTensor.Piece piece : tensor.pieces()) {
      int bytes = Math.toIntExact((piece.to() - piece.from()) * width);
      learnt
          .computeIfAbsent(new Key(piece.module(), piece.name()), key -> new ArrayList<>())
          .add(new Rows(piece.from(), elements.slice(next, bytes)));
      next += bytes;
    }
  }

  @Override
  public boolean concerns(int module, String name) {
    return learnt.containsKey(new Key(module, name));
  }

  @Override
  public Tensor of(int module, Tensor stored) {
    List<Rows> pieces = learnt.get(new Key(module, stored.name()));
    ByteBuffer first = pieces.get(0).elements();
    if (first.remaining() == stored.shape().bytes(ElementType.FLOAT32)) {
      return new Tensor(stored.name(), ElementType.FLOAT32, stored.shape(), first);
    }
    ByteBuffer before = TensorEncoding.encode(stored, ElementType.FLOAT32);
    ByteBuffer after = ByteBuffer.allocate(before.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    after.put(before.duplicate());
    int width = after.capacity() / stored.shape().size(0);
    for (Rows rows : pieces) {
      after.put(
          Math.toIntExact(rows.from() * width), rows.elements(), 0, rows.elements().remaining());
    }
    return new Tensor(stored.name(), ElementType.FLOAT32, stored.shape(), after.clear());
  }
}
