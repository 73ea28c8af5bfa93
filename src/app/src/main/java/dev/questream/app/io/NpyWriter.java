package dev.questream.app.io;

import dev.questream.encoder.Embedding;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * NumPy's {@code .npy} format, version 1.0: one float32 matrix [texts, dimensions]. The header has
 * a fixed size and is written again at the end, when the number of rows is known.
 */
public final class NpyWriter implements EmbeddingWriter {
  private static final int HEADER_BYTES = 128;
  private static final int PREAMBLE_BYTES = 10;

  private final OutputTarget target;
  private final Path file;
  private final OutputStream out;
  private final int dimensions;
  private long rows;

  /**
   * @param dimensions elements of each vector
   */
  public NpyWriter(OutputTarget target, int dimensions) throws IOException {
    this.target = target;
    this.file = target.seekable();
    this.out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    this.dimensions = dimensions;
    out.write(header());
  }

  private byte[] header() {
    String shape =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, dimensions);
    int length = HEADER_BYTES - PREAMBLE_BYTES;
    String padded = shape + " ".repeat(length - 1 - shape.length()) + "\n";
    return ByteBuffer.allocate(HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) length)
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  @Override
  public void write(String id, Embedding embedding) throws IOException {
    ByteBuffer row =
        ByteBuffer.allocate(embedding.vector().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    row.asFloatBuffer().put(embedding.vector());
    out.write(row.array());
    rows++;
  }

  @Override
  public boolean reject(String id, String reason, String message) {
    return false;
  }

  @Override
  public void commit() throws IOException {
    out.close();
    try (RandomAccessFile rewritten = new RandomAccessFile(file.toFile(), "rw")) {
      rewritten.write(header());
    }
    target.commit(file);
  }

  @Override
  public void close() throws IOException {
    out.close();
    target.close();
    Files.deleteIfExists(file);
  }
}
