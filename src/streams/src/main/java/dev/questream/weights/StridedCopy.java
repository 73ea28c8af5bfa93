package dev.questream.weights;

import java.nio.ByteBuffer;

/** Lays the elements of a strided view end to end in row-major order. */
final class StridedCopy {

  private StridedCopy() {}

  /** The view's elements; a slice of {@code storage} where they lie so already, else a copy. */
  static ByteBuffer contiguous(PickleValue.View view, ByteBuffer storage) {
    int width = view.storage().type().bytes();
    int bytes = Math.toIntExact(view.shape().bytes(view.storage().type()));
    if (bytes == 0) {
      return ByteBuffer.allocate(0);
    }
    if (isContiguous(view)) {
      return storage.slice(Math.toIntExact(view.offset() * width), bytes);
    }
    ByteBuffer copy = ByteBuffer.allocate(bytes);
    copy(view, storage, copy, 0, view.offset());
    return copy.flip();
  }

  private static boolean isContiguous(PickleValue.View view) {
    long expected = 1;
    for (int i = view.shape().rank() - 1; i >= 0; i--) {
      if (view.shape().dimension(i) != 1 && view.stride().get(i) != expected) {
        return false;
      }
      expected *= view.shape().dimension(i);
    }
    return true;
  }

  private static void copy(
      PickleValue.View view, ByteBuffer storage, ByteBuffer out, int dimension, long element) {
    int width = view.storage().type().bytes();
    if (dimension == view.shape().rank()) {
      out.put(storage.slice(Math.toIntExact(element * width), width));
      return;
    }
    for (long i = 0; i < view.shape().dimension(dimension); i++) {
      copy(view, storage, out, dimension + 1, element + i * view.stride().get(dimension));
    }
  }
}
