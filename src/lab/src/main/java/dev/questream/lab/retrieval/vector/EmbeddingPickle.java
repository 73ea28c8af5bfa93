package dev.questream.lab.retrieval.vector;

import dev.questream.app.io.DataException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * <p>A pickle is a program. Only the operations that such a list needs are known (protocols 2 to
 * 4), and only the functions of {@link NumpyCalls} are granted; anything else is refused by name.
 * Memory stays bounded however long the list is: rows are handed out when Python's pickler has
 * written a batch of them (1,000), and of the memo only the first values, which all rows share, and
 * the last are kept.
 *
 * <p>Opcodes are those of Python's {@code pickletools}. <b>Threading:</b> one thread.
 */
final class EmbeddingPickle implements AutoCloseable {
  private static final int MAX_STRING_BYTES = 256 << 10; // a vector of 32,768 elements as latin-1
  private static final int MAX_PENDING_BYTES = 256 << 20;
  private static final int MAX_STACK = 20_000;
  private static final int MAX_NAME_BYTES = 256;
  private static final Object NONE = new Object();

  private final Path file;
  private final DataInputStream in;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final BoundedMemo memo = new BoundedMemo();
  private final ArrayDeque<Row> rows = new ArrayDeque<>();
  private List<?> top; // the list that the rows are in
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
        execute(in.readUnsignedByte());
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

  private void execute(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> protocol(in.readUnsignedByte());
      case 0x95 -> in.readLong(); // the length of a frame, for readers that read ahead
      case '.' -> stop();
      case '(' -> marks.add(stack.size());
      case ']' -> emptyList();
      case ')' -> push(new Object[0]);
      case 't' -> push(take(mark()));
      case 0x85 -> push(take(stack.size() - 1));
      case 0x86 -> push(take(stack.size() - 2));
      case 0x87 -> push(take(stack.size() - 3));
      case 'a' -> append(take(stack.size() - 1));
      case 'e' -> append(take(mark()));
      case 'R' -> {
        Object[] call = take(stack.size() - 2);
        push(NumpyCalls.call((Global) call[0], (Object[]) call[1]));
      }
      case 'b' -> {
        Object[] state = take(stack.size() - 1);
        NumpyCalls.build(stack.get(stack.size() - 1), (Object[]) state[0]);
      }
      case 'c' -> push(new Global(line(), line()));
      case 0x93 -> {
        Object[] names = take(stack.size() - 2);
        push(new Global((String) names[0], (String) names[1]));
      }
      case 'q' -> memo.put(in.readUnsignedByte(), stack.get(stack.size() - 1));
      case 'r' -> memo.put(littleEndianInt(), stack.get(stack.size() - 1));
      case 0x94 -> memo.add(stack.get(stack.size() - 1));
      case 'h' -> push(memo.get(in.readUnsignedByte()));
      case 'j' -> push(memo.get(littleEndianInt()));
      default -> push(scalar(opcode));
    }
  }

  private Object scalar(int opcode) throws IOException {
    return switch (opcode) {
      case 'N' -> NONE;
      case 0x88 -> true;
      case 0x89 -> false;
      case 'K' -> (long) in.readUnsignedByte();
      case 'M' -> (long) Short.toUnsignedInt(Short.reverseBytes(in.readShort()));
      case 'J' -> (long) littleEndianInt();
      case 0x8a -> number(bytes(in.readUnsignedByte()));
      case 0x8c -> text(in.readUnsignedByte());
      case 'X' -> text(littleEndianInt());
      case 0x8d -> text(Long.reverseBytes(in.readLong()));
      case 'C', 'U' -> bytes(in.readUnsignedByte());
      case 'B', 'T' -> bytes(littleEndianInt());
      case 0x8e -> bytes(Long.reverseBytes(in.readLong()));
      default ->
          throw new IllegalArgumentException(
              "it uses the operation 0x%02x, which no such list needs".formatted(opcode));
    };
  }

  private static void protocol(int version) {
    if (version < 2 || version > 4) {
      throw new IllegalArgumentException(
          "it has protocol %d; 2 to 4 are read (pickle.dump(..., protocol=4))".formatted(version));
    }
  }

  private void push(Object value) {
    if (stack.size() == MAX_STACK) {
      throw new IllegalArgumentException("it nests or batches more than " + MAX_STACK + " values");
    }
    stack.add(value);
  }

  private void emptyList() {
    if (top != null || !stack.isEmpty()) {
      throw new IllegalArgumentException("it has a list inside the list");
    }
    top = new ArrayList<>();
    push(top);
  }

  private void append(Object[] values) {
    if (stack.size() != 1 || stack.get(0) != top) {
      throw new IllegalArgumentException("it appends to something else than the list of rows");
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

  private void stop() {
    if (stack.size() != 1 || stack.get(0) != top) {
      throw new IllegalArgumentException("it holds something else than one list");
    }
    stopped = true;
  }

  private int mark() {
    return marks.remove(marks.size() - 1);
  }

  private Object[] take(int from) {
    List<Object> above = stack.subList(from, stack.size());
    Object[] taken = above.toArray();
    above.clear();
    return taken;
  }

  private int littleEndianInt() throws IOException {
    return Integer.reverseBytes(in.readInt());
  }

  private byte[] bytes(long length) throws IOException {
    pendingBytes += length;
    if (length < 0 || length > MAX_STRING_BYTES || pendingBytes > MAX_PENDING_BYTES) {
      throw new IllegalArgumentException("it has a string of %,d bytes".formatted(length));
    }
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private String text(long length) throws IOException {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  private static long number(byte[] littleEndian) {
    if (littleEndian.length > Long.BYTES) {
      throw new IllegalArgumentException("it has a number of more than 64 bits");
    }
    boolean negative = littleEndian.length > 0 && littleEndian[littleEndian.length - 1] < 0;
    ByteBuffer padded = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    padded.put(littleEndian);
    while (padded.hasRemaining()) {
      padded.put((byte) (negative ? -1 : 0));
    }
    return padded.getLong(0);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
      if (line.length() == MAX_NAME_BYTES) {
        throw new IllegalArgumentException("it has a name of more than 256 bytes");
      }
      line.append((char) c);
    }
    return line.toString();
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
