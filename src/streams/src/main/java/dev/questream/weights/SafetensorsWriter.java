package dev.questream.weights;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Function;

/**
 * Writes a safetensors file: an unsigned 64-bit little-endian header length, a JSON header, the
 * data. One tensor at a time is in memory.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8; // of the data, as the format's own library does it
  private static final int WRITE_BYTES = 1 << 20;

  private SafetensorsWriter() {}

  /**
   * What a tensor will be.
   *
   * @param name of the tensor
   */
  public record Entry(String name, ElementType type, TensorShape shape) {
    public static Entry of(Tensor tensor) {
      return new Entry(tensor.name(), tensor.type(), tensor.shape());
    }
  }

  /**
   * Writes the file.
   *
   * @param entries in the order in which they are written
   * @param tensors gives each entry's tensor, when its turn comes
   */
  public static void write(Path file, List<Entry> entries, Function<Entry, Tensor> tensors)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      write(channel, header(entries));
      for (Entry entry : entries) {
        Tensor tensor = tensors.apply(entry);
        if (tensor.type() != entry.type() || !tensor.shape().equals(entry.shape())) {
          throw new IllegalStateException(
              "%s is %s %s, and was to be %s %s"
                  .formatted(
                      entry.name(), tensor.type(), tensor.shape(), entry.type(), entry.shape()));
        }
        write(channel, tensor.data().duplicate());
      }
      channel.force(true); // a name must not outlive its content when the power fails
    }
  }

  private static ByteBuffer header(List<Entry> entries) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    header.putObject("__metadata__").put("format", "pt"); // transformers wants to know
    long offset = 0;
    for (Entry entry : entries) {
      ObjectNode node = header.putObject(entry.name());
      node.put("dtype", SafetensorsCheckpoint.name(entry.type()));
      entry.shape().dimensions().forEach(node.putArray("shape")::add);
      long end = offset + entry.shape().bytes(entry.type());
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(json);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.flip();
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    int end = bytes.limit();
    while (bytes.position() < end) { // Java copies what it writes into native memory, at once
      bytes.limit(Math.min(end, bytes.position() + WRITE_BYTES));
      channel.write(bytes);
    }
  }
}
