package dev.questream.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles of protocol 2 operation by operation, right ones and wrong ones. */
public final class PickleBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public PickleBytes() {
    op(0x80, 2);
  }

  /** Operations and arguments as they are. */
  public PickleBytes op(int... bytes) {
    for (int each : bytes) {
      out.write(each);
    }
    return this;
  }

  /** Operations that are printable characters. */
  public PickleBytes ops(String characters) {
    out.writeBytes(characters.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  private PickleBytes littleEndian(int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  public PickleBytes text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    op('X').littleEndian(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  /** A string that claims to have so many bytes, and nothing of it. */
  public PickleBytes textOfLength(int length) {
    return op('X').littleEndian(length);
  }

  public PickleBytes number(long value) {
    out.writeBytes(
        ByteBuffer.allocate(10)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0x8a)
            .put((byte) 8)
            .putLong(value)
            .array());
    return this;
  }

  public PickleBytes numbers(long... values) {
    ops("(");
    for (long value : values) {
      number(value);
    }
    return ops("t");
  }

  public PickleBytes global(String module, String name) {
    return ops("c" + module + "\n" + name + "\n");
  }

  /** A long memo index: {@code 'r'} stores, {@code 'j'} recalls. */
  public PickleBytes memo(char operation, int index) {
    return op(operation).littleEndian(index);
  }

  /** The storage of floats with this key. */
  public PickleBytes storage(String key, long elements) {
    return storage("FloatStorage", key, elements);
  }

  public PickleBytes storage(String type, String key, long elements) {
    return ops("(")
        .text("storage")
        .global("torch", type)
        .text(key)
        .text("cpu")
        .number(elements)
        .ops("tQ");
  }

  /** The same, in the six elements of the layout before zip. */
  public PickleBytes legacyStorage(String key, long elements) {
    return ops("(")
        .text("storage")
        .global("torch", "FloatStorage")
        .text(key)
        .text("cpu")
        .number(elements)
        .ops("NtQ");
  }

  /** A tensor of the storage on the stack. The function must lie below. */
  public PickleBytes rebuild(long offset, long[] size, long[] stride) {
    return number(offset)
        .numbers(size)
        .numbers(stride)
        .op(0x89)
        .global("collections", "OrderedDict")
        .ops(")RtR");
  }

  public PickleBytes tensor(String key, long elements, long offset, long[] size, long[] stride) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .ops("(")
        .storage(key, elements)
        .rebuild(offset, size, stride);
  }

  public byte[] stop() {
    return op('.').out.toByteArray();
  }

  /** What was written so far, without an end. */
  public byte[] unfinished() {
    return out.toByteArray();
  }
}
