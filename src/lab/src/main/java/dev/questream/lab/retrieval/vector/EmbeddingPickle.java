package dev.questream.lab.retrieval.vector;

import dev.questream.app.io.DataException;
import dev.questream.weights.PickleMachine;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one pickled list of {@code (id, numpy float32 vector)}, as DPR's {@code
 * generate_dense_embeddings.py} writes it, row by row and without executing anything.
 *
 * <p>Only the operations that such a list needs are known (protocols 2 to 4), and only the
 * functions of {@link NumpyCalls} are granted; anything else is refused by name. Memory stays
 * bounded however long the list is: rows are handed out when Python's pickler has written a batch
 * of them (1,000), and of the memo only the first values, which all rows share, and the last are
 * kept.
 *
 * <p><b>Threading:</b> one thread.
 */
final class EmbeddingPickle extends PickleMachine<Object> implements AutoCloseable {
  private static final int MAX_STRING_BYTES = 256 << 10; // a vector of 32,768 elements as latin-1
  private static final int MAX_PENDING_BYTES = 256 << 20;
  private static final int MAX_STACK = 20_000;
  private static final Object NONE = new Object();

  private final Path file;
  private final DataInputStream in;
  private final BoundedMemo memo = new BoundedMemo();
  private final ArrayDeque<Row> rows = new ArrayDeque<>();
  private List<?> list; // the one that the rows are in
  private long pendingBytes;
  private boolean stopped;

  /** An id and its vector. */
  record Row(String id, float[] vector) {}

  /** A name in a Python module; never looked up. */
  record Global(String module, String name) {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  EmbeddingPickle(Path file) {
    this.file = file;
    try {
      InputStream raw = Files.newInputStream(file);
      this.in = new DataInputStream(new BufferedInputStream(raw, 1 << 20));
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  /** The next row, or null at the end of the list. */
  Row next() {
    try {
      while (rows.isEmpty() && !stopped) {
        advance();
      }
      return rows.poll();
    } catch (EOFException e) {
      throw damaged("it ends too early; was it cut?", e);
    } catch (IOException e) {
      throw damaged(e.getMessage(), e);
    } catch (IndexOutOfBoundsException | ClassCastException e) {
      throw damaged("it is no list of (id, vector)", e);
    } catch (IllegalArgumentException e) {
      throw damaged(e.getMessage(), e);
    }
  }

  private DataException damaged(String why, Exception cause) {
    return new DataException(
        "%s is no pickled list of (id, float32 vector): %s".formatted(file, why), cause);
  }

  private void advance() throws IOException {
    stopped = !step();
    if (stopped && !isList()) {
      throw refused("holds something else than one list");
    }
    if (size() > MAX_STACK || marks() > MAX_STACK) {
      throw refused("nests or batches more than " + MAX_STACK + " values");
    }
  }

  /** Whether the list of rows is all that there is. */
  private boolean isList() {
    return size() == 1 && top() == list;
  }

  @Override
  protected void execute(int opcode) throws IOException {
    switch (opcode) {
      case 0x93 -> {
        List<Object> names = take(2);
        push(new Global((String) names.get(0), (String) names.get(1)));
      }
      case 0x94 -> memo.add(top());
      case 'C' -> push(string(unsignedByte()));
      case 'B', 'T' -> push(string(int32()));
      case 0x8e -> push(string(int64()));
      default ->
          throw refused("uses the operation 0x%02x, which no such list needs".formatted(opcode));
    }
  }

  @Override
  protected int unsignedByte() throws IOException {
    return in.readUnsignedByte();
  }

  @Override
  protected byte[] bytes(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  @Override
  protected RuntimeException refused(String what) {
    return new IllegalArgumentException("it " + what);
  }

  @Override
  protected void protocol(int version) {
    if (version < 2 || version > 4) {
      throw refused(
          "has protocol %d; 2 to 4 are read (pickle.dump(..., protocol=4))".formatted(version));
    }
  }

  @Override
  protected void checkLength(long bytes) {
    pendingBytes += bytes;
    if (bytes < 0 || bytes > MAX_STRING_BYTES || pendingBytes > MAX_PENDING_BYTES) {
      throw refused("has a string of %,d bytes".formatted(bytes));
    }
  }

  @Override
  protected Object none() {
    return NONE;
  }

  @Override
  protected Object bool(boolean value) {
    return value;
  }

  @Override
  protected Object integer(long value) {
    return value;
  }

  @Override
  protected Object bigInteger(BigInteger value) {
    throw refused("has a number of more than 64 bits");
  }

  @Override
  protected Object text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  @Override
  protected Object shortString(byte[] content) {
    return content;
  }

  @Override
  protected Object tuple(List<Object> items) {
    return items.toArray();
  }

  @Override
  protected Object emptyList() {
    if (list != null || size() > 0) {
      throw refused("has a list inside the list");
    }
    list = new ArrayList<>();
    return list;
  }

  @Override
  protected void append(List<Object> values) {
    if (!isList()) {
      throw refused("appends to something else than the list of rows");
    }
    for (Object value : values) {
      Object[] row = (Object[]) value;
      if (row.length != 2) {
        throw new IllegalArgumentException("a row has %d elements, not 2".formatted(row.length));
      }
      rows.add(new Row(id(row[0]), NumpyCalls.vector(row[1])));
    }
    pendingBytes = 0;
  }

  private static String id(Object id) {
    if (id instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8); // a str of Python 2
    }
    if (id instanceof String || id instanceof Long) {
      return id.toString();
    }
    throw new IllegalArgumentException("an id is neither a string nor a number");
  }

  @Override
  protected Object global(String module, String name) {
    return new Global(module, name);
  }

  @Override
  protected Object call(Object function, Object arguments) {
    return NumpyCalls.call((Global) function, (Object[]) arguments);
  }

  @Override
  protected void build(Object target, Object state) {
    NumpyCalls.build(target, (Object[]) state);
  }

  @Override
  protected void memoize(int index, Object value) {
    memo.put(index, value);
  }

  @Override
  protected Object recall(int index) {
    return memo.get(index);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new DataException("%s cannot be closed: %s".formatted(file, e), e);
    }
  }
}
