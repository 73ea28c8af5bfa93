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
      return channel
          .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (NoSuchFileException e) {
      throw new ModelException(file + " does not exist", e);
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(file, e), e);
    }
  }
}
