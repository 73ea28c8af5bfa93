package dev.questream.torchscript;

import dev.questream.weights.TensorShape;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * Writes the subset of pickle protocol 2 that libtorch's TorchScript reader takes.
 *
 * <p>Opcodes are those of Python's {@code pickletools}; libtorch wants items in batches ({@code
 * SETITEMS}, {@code APPENDS}) rather than one by one.
 */
final class PickleWriter {
  private static final int PROTO = 0x80;
  private static final int MARK = '(';
  private static final int STOP = '.';
  private static final int EMPTY_TUPLE = ')';
  private static final int TUPLE = 't';
  private static final int EMPTY_DICT = '}';
  private static final int EMPTY_LIST = ']';
  private static final int SETITEMS = 'u';
  private static final int APPENDS = 'e';
  private static final int GLOBAL = 'c';
  private static final int REDUCE = 'R';
  private static final int BUILD = 'b';
  private static final int NEWOBJ = 0x81;
  private static final int NONE = 'N';
  private static final int NEWTRUE = 0x88;
  private static final int NEWFALSE = 0x89;
  private static final int BINUNICODE = 'X';
  private static final int BININT = 'J';
  private static final int LONG1 = 0x8a;
  private static final int BINPERSID = 'Q';

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PickleWriter() {
    out.write(PROTO);
    out.write(2);
  }

  byte[] finish() {
    out.write(STOP);
    return out.toByteArray();
  }

  /** Opens an object of a TorchScript class; {@link #endObject} closes it. */
  void beginObject(String module, String name) {
    global(module, name);
    out.write(EMPTY_TUPLE);
    out.write(NEWOBJ);
    out.write(EMPTY_DICT);
    out.write(MARK);
  }

  void endObject() {
    out.write(SETITEMS);
    out.write(BUILD);
  }

  void beginList() {
    out.write(EMPTY_LIST);
    out.write(MARK);
  }

  void endList() {
    out.write(APPENDS);
  }

  void bool(boolean value) {
    out.write(value ? NEWTRUE : NEWFALSE);
  }

  void none() {
    out.write(NONE);
  }

  void string(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    out.write(BINUNICODE);
    littleEndianInt(utf8.length);
    out.writeBytes(utf8);
  }

  void integer(long value) {
    if (value == (int) value) {
      out.write(BININT);
      littleEndianInt((int) value);
    } else {
      out.write(LONG1);
      out.write(Long.BYTES);
      out.writeBytes(
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }
  }

  /** A contiguous tensor whose data is the archive's record {@code data/key}. */
  void tensor(String storageClass, String key, TensorShape shape) {
    global("torch._utils", "_rebuild_tensor_v2");
    out.write(MARK);
    persistentStorage(storageClass, key, shape.elements());
    integer(0);
    tuple(shape, this::integer);
    strides(shape);
    bool(false);
    emptyOrderedDict();
    out.write(TUPLE);
    out.write(REDUCE);
  }

  private void persistentStorage(String storageClass, String key, long elements) {
    out.write(MARK);
    string("storage");
    global("torch", storageClass);
    string(key);
    string("cpu");
    integer(elements);
    out.write(TUPLE);
    out.write(BINPERSID);
  }

  private void tuple(TensorShape shape, LongConsumer element) {
    out.write(MARK);
    shape.dimensions().forEach(element::accept);
    out.write(TUPLE);
  }

  private void strides(TensorShape shape) {
    out.write(MARK);
    for (int i = 0; i < shape.rank(); i++) {
      long stride = 1;
      for (int inner = i + 1; inner < shape.rank(); inner++) {
        stride *= shape.dimension(inner);
      }
      integer(stride);
    }
    out.write(TUPLE);
  }

  private void emptyOrderedDict() {
    global("collections", "OrderedDict");
    out.write(EMPTY_TUPLE);
    out.write(REDUCE);
  }

  private void global(String module, String name) {
    out.write(GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void littleEndianInt(int value) {
    out.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }
}
