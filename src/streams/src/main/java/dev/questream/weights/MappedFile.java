package dev.questream.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Maps weight files into memory, read-only. */
final class MappedFile {

  private MappedFile() {}

  /**
   * Maps a whole file, little-endian.
   *
   * @throws ModelException if it cannot be read or has more than 2 GiB
   */
  static ByteBuffer map(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new ModelException(
            "%s has %,d bytes; weight files of up to 2 GiB are read"
                .formatted(file, channel.size()));
      }
      return map(channel, 0, channel.size());
    } catch (NoSuchFileException e) {
      throw new ModelException(file + " does not exist", e);
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  /**
   * Maps a part of a file, little-endian.
   *
   * @throws ModelException if the part has more than 2 GiB
   */
  static ByteBuffer map(FileChannel channel, long position, long bytes) throws IOException {
    if (bytes > Integer.MAX_VALUE) {
      throw new ModelException("it has a part of %,d bytes; 2 GiB are read".formatted(bytes));
    }
    return channel
        .map(FileChannel.MapMode.READ_ONLY, position, bytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
