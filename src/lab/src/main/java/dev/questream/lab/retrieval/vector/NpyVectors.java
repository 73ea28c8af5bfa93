package dev.questream.lab.retrieval.vector;

import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.PassageCollection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Vectors from one {@code .npy} matrix [passages, dimensions] of float32 or float16, rows in
 * passage order.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">The format
 *     of .npy files</a>
 */
public final class NpyVectors implements VectorReader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER_BYTES = 1 << 16;
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\((\\d+),\\s*(\\d+),?\\)");
  private static final int BUFFER_BYTES = 8 << 20;

  private final Path file;
  private final FileChannel in;
  private final StorageType type;
  private final int dimensions;
  private final int rows;
  private int next;
  private ByteBuffer buffer;

  /**
   * @throws DataException if it is no such matrix, or has another number of rows than there are
   *     passages
   */
  public NpyVectors(Path file, PassageCollection passages) {
    this.file = file;
    try {
      this.in = FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
    try {
      String header = header();
      this.type = type(header);
      Matcher shape = found(SHAPE, header);
      long foundRows = Long.parseLong(shape.group(1));
      long foundDimensions = Long.parseLong(shape.group(2));
      if (foundRows != passages.size() || foundDimensions < 1 || foundDimensions > 1 << 16) {
        throw refused(
            "it is a matrix [%,d, %,d], and there are %,d passages"
                .formatted(foundRows, foundDimensions, passages.size()));
      }
      this.rows = (int) foundRows;
      this.dimensions = (int) foundDimensions;
      requireWhole();
    } catch (IOException e) {
      close();
      throw refused(e.toString());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private DataException refused(String why) {
    return new DataException("%s cannot be used as passage vectors: %s".formatted(file, why));
  }

  private String header() throws IOException {
    byte[] magic = bytes(8);
    int major = magic[6];
    if (!java.util.Arrays.equals(MAGIC, 0, 6, magic, 0, 6) || major < 1 || major > 3) {
      throw refused("it does not begin as a .npy file");
    }
    ByteBuffer length = ByteBuffer.wrap(bytes(major == 1 ? 2 : 4)).order(ByteOrder.LITTLE_ENDIAN);
    long bytes = major == 1 ? Short.toUnsignedInt(length.getShort()) : length.getInt();
    if (bytes < 0 || bytes > MAX_HEADER_BYTES) {
      throw refused("its header has %,d bytes".formatted(bytes));
    }
    return new String(bytes((int) bytes), StandardCharsets.UTF_8);
  }

  private byte[] bytes(int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (in.read(bytes) < 0) {
        throw refused("it ends inside its header");
      }
    }
    return bytes.array();
  }

  private Matcher found(Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw refused("its header is no matrix's: " + header.strip());
    }
    return matcher;
  }

  private StorageType type(String header) {
    String descr = found(TYPE, header).group(1);
    if (found(ORDER, header).group(1).equals("True")) {
      throw refused("it lies in column order; save it with numpy.ascontiguousarray");
    }
    return switch (descr) {
      case "<f4" -> StorageType.FLOAT32;
      case "<f2" -> StorageType.FLOAT16;
      default -> throw refused("its elements are %s, expected <f4 or <f2".formatted(descr));
    };
  }

  private int rowBytes() {
    return dimensions * type.bytes();
  }

  private void requireWhole() throws IOException {
    long expected = in.position() + (long) rows * rowBytes();
    if (in.size() != expected) {
      throw refused("it has %,d bytes, its header says %,d".formatted(in.size(), expected));
    }
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public int read(float[] vectors, int[] positions) {
    int limit = Math.min(rows - next, Math.min(vectors.length / dimensions, positions.length));
    for (int i = 0; i < limit; i++) {
      if (buffer == null || !buffer.hasRemaining()) {
        fill();
      }
      type.read(buffer, vectors, i * dimensions, dimensions);
      positions[i] = next++;
    }
    return Math.max(0, limit);
  }

  private void fill() {
    int count = (int) Math.min(rows - next, Math.max(1, BUFFER_BYTES / rowBytes()));
    buffer = ByteBuffer.allocate(count * rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (buffer.hasRemaining()) {
        if (in.read(buffer) < 0) {
          throw refused("it ends before its last row");
        }
      }
    } catch (IOException e) {
      throw refused(e.toString());
    }
    buffer.flip();
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
