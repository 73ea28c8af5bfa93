package dev.questream.torchscript;

import dev.questream.weights.ElementType;
import dev.questream.weights.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive: a zip of stored entries with the module's source, its attributes as
 * a pickle, and one record per tensor. The layout is that of {@code torch.jit.save}.
 *
 * <p>Tensors are written as they are added, so only one is in memory at a time.
 */
final class TorchScriptArchive implements AutoCloseable {
  private static final String ROOT = "encoder/";
  private static final String MODULE = "__torch__";
  private static final byte[] EMPTY_TUPLE_PICKLE = {(byte) 0x80, 2, ')', '.'};

  private final ZipOutputStream zip;
  private final PickleWriter attributes = new PickleWriter();
  private int tensors;

  TorchScriptArchive(OutputStream out, String source, String className) throws IOException {
    this.zip = new ZipOutputStream(out);
    entry("version", "10\n".getBytes(StandardCharsets.US_ASCII));
    entry("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    entry("constants.pkl", EMPTY_TUPLE_PICKLE);
    entry("code/" + MODULE + ".py", source.getBytes(StandardCharsets.UTF_8));
    attributes.beginObject(MODULE, className);
    attributes.string("training");
    attributes.bool(false);
  }

  /** Adds an attribute that holds a truth value. */
  void bool(String attribute, boolean value) {
    attributes.string(attribute);
    attributes.bool(value);
  }

  /** Adds an attribute that holds one tensor, in the number format given. */
  void tensor(String attribute, Tensor tensor, ElementType format) throws IOException {
    attributes.string(attribute);
    String key = Integer.toString(tensors++);
    attributes.tensor(storageClass(format), key, tensor.shape());
    entry("data/" + key, TensorEncoding.encode(tensor, format));
  }

  /** Adds an attribute that holds nothing yet. */
  void none(String attribute) {
    attributes.string(attribute);
    attributes.none();
  }

  /** Adds an attribute that holds an object of a class of the source. */
  void object(String attribute, String className, Attributes content) throws IOException {
    attributes.string(attribute);
    object(className, content);
  }

  /** Adds an attribute that holds a list of such objects, each written when its turn comes. */
  void objects(String attribute, String className, int size, IntFunction<Attributes> content)
      throws IOException {
    attributes.string(attribute);
    attributes.beginList();
    for (int i = 0; i < size; i++) {
      object(className, content.apply(i));
    }
    attributes.endList();
  }

  /** Adds an attribute that holds an empty list. */
  void emptyList(String attribute) {
    attributes.string(attribute);
    attributes.beginList();
    attributes.endList();
  }

  private void object(String className, Attributes content) throws IOException {
    attributes.beginObject(MODULE, className);
    content.write();
    attributes.endObject();
  }

  /** Adds the attributes of an object to the archive. */
  interface Attributes {
    void write() throws IOException;
  }

  private static String storageClass(ElementType format) {
    return switch (format) {
      case FLOAT32 -> "FloatStorage";
      case BFLOAT16 -> "BFloat16Storage";
      case FLOAT16 -> "HalfStorage";
      case INT64 -> "LongStorage";
      default -> throw new IllegalStateException(format + " is no type of an archive");
    };
  }

  private void entry(String name, byte[] content) throws IOException {
    entry(name, ByteBuffer.wrap(content));
  }

  private void entry(String name, ByteBuffer content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content.duplicate());
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.remaining());
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
    byte[] chunk = new byte[1 << 16];
    while (content.hasRemaining()) {
      int length = Math.min(chunk.length, content.remaining());
      content.get(chunk, 0, length);
      zip.write(chunk, 0, length);
    }
    zip.closeEntry();
  }

  /** Writes the attributes and ends the zip; without it the archive is not complete. */
  @Override
  public void close() throws IOException {
    attributes.endObject();
    entry("data.pkl", attributes.finish());
    zip.close();
  }
}
