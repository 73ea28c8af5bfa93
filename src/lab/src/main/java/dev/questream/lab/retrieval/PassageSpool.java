package dev.questream.lab.retrieval;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Passages that were found, kept in a temporary file until their results are written: a hundred for
 * each of ten thousand questions do not belong into memory.
 *
 * <p><b>Threading:</b> one thread; first all are added, in passage order, then read in any order.
 */
public final class PassageSpool implements AutoCloseable {
  private final Path file;
  private final DataOutputStream out;
  private int[] positions = new int[1024];
  private long[] offsets = new long[1024];
  private int size;
  private long written;
  private RandomAccessFile in;

  /**
   * @param folder with room for the passages
   */
  public PassageSpool(Path folder) throws IOException {
    this.file = Files.createTempFile(folder, "questream-passages-", ".tmp");
    file.toFile().deleteOnExit();
    this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
  }

  /** Keeps a passage; positions must grow. */
  public void add(int position, Passage passage) throws IOException {
    if (size == positions.length) {
      positions = Arrays.copyOf(positions, 2 * size);
      offsets = Arrays.copyOf(offsets, 2 * size);
    }
    positions[size] = position;
    offsets[size++] = written;
    for (String field : new String[] {passage.id(), passage.title(), passage.text()}) {
      byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
      written += Integer.BYTES + bytes.length;
    }
  }

  /** The passage that was kept for a position. */
  public Passage read(int position) throws IOException {
    if (in == null) {
      out.close();
      in = new RandomAccessFile(file.toFile(), "r");
    }
    int index = Arrays.binarySearch(positions, 0, size, position);
    if (index < 0) {
      throw new IllegalArgumentException("no passage was kept for position " + position);
    }
    long end = index + 1 < size ? offsets[index + 1] : written;
    byte[] record = new byte[(int) (end - offsets[index])];
    in.seek(offsets[index]);
    in.readFully(record);
    DataInputStream fields = new DataInputStream(new java.io.ByteArrayInputStream(record));
    return new Passage(field(fields), field(fields), field(fields));
  }

  private static String field(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    try (out) {
      if (in != null) {
        in.close();
      }
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
