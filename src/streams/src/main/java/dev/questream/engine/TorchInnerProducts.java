package dev.questream.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Inner products as matrix products of libtorch, float32, one thread for each session.
 *
 * <p><b>Threading:</b> the questions are shared by all sessions and only read.
 */
public final class TorchInnerProducts implements InnerProducts {
  private final NDManager manager;
  private final NDArray questions;
  private final int dimensions;

  /**
   * @param questions [count, dimensions], row after row
   */
  public TorchInnerProducts(float[] questions, int dimensions) {
    Libtorch.load();
    this.dimensions = dimensions;
    this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    this.questions =
        manager.create(questions, new Shape(questions.length / dimensions, dimensions));
  }

  @Override
  public Session openSession() {
    return new TorchSession(manager.newSubManager());
  }

  @Override
  public void close() {
    manager.close();
  }

  /** Native memory is taken once and filled again with every block. */
  private final class TorchSession implements Session {
    private final NDManager session;
    private ByteBuffer memory;
    private NDArray passages; // [dimensions, rows], a view of the memory
    private NDArray scores; // kept until the next ones, as its memory is what the caller reads

    private TorchSession(NDManager session) {
      this.session = session;
    }

    @Override
    public void load(float[] vectors, int rows) {
      int elements = Math.multiplyExact(rows, dimensions);
      if (memory == null || memory.capacity() != elements * Float.BYTES) {
        memory =
            ByteBuffer.allocateDirect(Math.multiplyExact(elements, Float.BYTES))
                .order(ByteOrder.nativeOrder());
        Shape shape = new Shape(rows, dimensions);
        passages = session.create(memory, shape, DataType.FLOAT32).transpose();
      }
      memory.asFloatBuffer().put(vectors, 0, elements);
    }

    @Override
    public FloatBuffer scores(int from, int to) {
      free();
      try (NDManager scope = session.newSubManager()) {
        scores = questions.get(scope, new NDIndex("{}:{}", from, to)).matMul(passages);
        scores.attach(session);
      }
      return scores.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private void free() {
      if (scores != null) {
        scores.close();
        scores = null;
      }
    }

    @Override
    public void close() {
      free();
      session.close();
    }
  }
}
