package dev.questream.app.io;

import dev.questream.encoder.Embedding;
import dev.questream.provenance.VectorType;
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
 * NumPy's {@code .npy} format, version 1.0: one matrix [texts, elements of a vector] of float32,
 * int8 or uint8, as the type of vectors wants it. The header has a fixed size and is written again
 * at the end, when the number of rows is known.
 */
public final class NpyWriter implements EmbeddingWriter {
  private static final int HEADER_BYTES = 128;
  private static final int PREAMBLE_BYTES = 10;

  private final OutputTarget target;
  private final Path file;
  private final OutputStream out;
  private final VectorType type;
  private final int dimensions;
  private long rows;

  /** Writes vectors of a type, of so many dimensions. */
  public NpyWriter(OutputTarget target, VectorType type, int dimensions) throws IOException {
    this.target = target;
    this.file = target.seekable();
    this.out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    this.type = type;
    this.dimensions = dimensions;
    out.write(header());
  }

  private byte[] header() {
    String shape =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(descr(), rows, type.elements(dimensions));
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

  private String descr() {
    return switch (type) {
      case FLOAT32 -> "<f4";
      case INT8, BINARY -> "|i1";
      case UBINARY -> "|u1";
    };
  }

  @Override
  public void write(String id, Embedding embedding) throws IOException {
    out.write(type.toBytes(embedding.vector()));
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
