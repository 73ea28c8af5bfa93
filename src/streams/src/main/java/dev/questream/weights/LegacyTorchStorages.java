package dev.questream.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The layout of {@code torch.save} before PyTorch 1.6: five pickles (magic number, protocol, system
 * info, state dict, storage keys), then for each key the number of elements as int64, and the
 * elements.
 */
final class LegacyTorchStorages extends TorchStorages {
  private static final String MAGIC = "1950a86a20f9469cfc6c";
  private static final long PROTOCOL = 1001;
  private static final long MAX_PICKLES = 2L * PickleReader.MAX_PICKLE_BYTES + (1 << 20);

  private final Path file;
  private final Map<String, PickleValue> tensors;
  private final Map<String, Long> positions = new HashMap<>();

  LegacyTorchStorages(Path file) {
    this.file = file;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer pickles = MappedFile.map(channel, 0, Math.min(channel.size(), MAX_PICKLES));
      readPreamble(pickles);
      tensors = PickledStateDict.tensors(PickleReader.read(pickles, this::load));
      PickleValue keys = PickleReader.read(pickles, LegacyTorchStorages::refuseReference);
      long position = pickles.position();
      for (PickleValue key : PickleCalls.sequence(keys)) {
        position = skipStorage(PickleCalls.text(key), channel, position);
      }
      if (position != channel.size()) {
        throw new ModelException(
            "%d bytes follow the last storage".formatted(channel.size() - position));
      }
    } catch (IOException e) {
      throw new ModelException("it cannot be read: " + e, e);
    }
  }

  private static void readPreamble(ByteBuffer file) {
    PickleValue magic = PickleReader.read(file, LegacyTorchStorages::refuseReference);
    PickleValue protocol = PickleReader.read(file, LegacyTorchStorages::refuseReference);
    PickleValue system = PickleReader.read(file, LegacyTorchStorages::refuseReference);
    if (!(magic instanceof PickleValue.Text number)
        || !number.value().equals(MAGIC)
        || PickleCalls.integer(protocol) != PROTOCOL
        || !(system instanceof PickleValue.Dict info)) {
      throw new ModelException("it does not begin as torch.save writes it");
    }
    if (info.entries().get("little_endian") instanceof PickleValue.Bool little && !little.value()) {
      throw new ModelException("it was written on a big-endian machine");
    }
  }

  private static PickleValue refuseReference(PickleValue reference) {
    throw new ModelException("a storage is referred to outside of the state dict");
  }

  /** Where the next storage begins. */
  private long skipStorage(String key, FileChannel channel, long position) throws IOException {
    PickleValue.Storage storage = named().get(key);
    if (storage == null) {
      throw new ModelException("storage %s is there and nothing refers to it".formatted(key));
    }
    long remaining = channel.size() - position - Long.BYTES;
    if (remaining < 0) {
      throw new ModelException("the file ends before storage " + key);
    }
    long elements = MappedFile.map(channel, position, Long.BYTES).getLong();
    long bytes = TensorShape.of(storage.elements()).bytes(storage.type());
    if (elements != storage.elements() || bytes > remaining) {
      throw new ModelException(
          "storage %s should have %d elements; the file says %d and has %d bytes left"
              .formatted(key, storage.elements(), elements, remaining));
    }
    if (positions.put(key, position + Long.BYTES) != null) {
      throw new ModelException("storage %s is there twice".formatted(key));
    }
    return position + Long.BYTES + bytes;
  }

  @Override
  Map<String, PickleValue> tensors() {
    return tensors;
  }

  @Override
  ByteBuffer bytes(PickleValue.Storage storage) {
    Long position = positions.get(storage.key());
    if (position == null) {
      throw new ModelException("storage %s is missing".formatted(storage.key()));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return MappedFile.map(
          channel, position, TensorShape.of(storage.elements()).bytes(storage.type()));
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(file, e), e);
    }
  }
}
