package dev.questream.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

  private final ByteBuffer file;
  private final Map<String, PickleValue.View> views;
  private final Map<String, ByteBuffer> data = new HashMap<>();

  LegacyTorchStorages(ByteBuffer mapped) {
    file = mapped.duplicate();
    readPreamble();
    views = tensors(PickleReader.read(file, this::load));
    PickleValue keys = PickleReader.read(file, LegacyTorchStorages::refuseReference);
    for (PickleValue key : PickleCalls.sequence(keys)) {
      readStorage(PickleCalls.text(key));
    }
    if (file.hasRemaining()) {
      throw new ModelException("%d bytes follow the last storage".formatted(file.remaining()));
    }
  }

  private void readPreamble() {
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

  private void readStorage(String key) {
    PickleValue.Storage storage = named().get(key);
    if (storage == null) {
      throw new ModelException("storage %s is there and nothing refers to it".formatted(key));
    }
    if (file.remaining() < Long.BYTES) {
      throw new ModelException("the file ends before storage " + key);
    }
    long elements = file.order(ByteOrder.LITTLE_ENDIAN).getLong();
    long bytes = TensorShape.of(storage.elements()).bytes(storage.type());
    if (elements != storage.elements() || bytes > file.remaining()) {
      throw new ModelException(
          "storage %s should have %d elements; the file says %d and has %d bytes left"
              .formatted(key, storage.elements(), elements, file.remaining()));
    }
    if (data.put(key, file.slice(file.position(), (int) bytes)) != null) {
      throw new ModelException("storage %s is there twice".formatted(key));
    }
    file.position(file.position() + (int) bytes);
  }

  @Override
  Map<String, PickleValue.View> views() {
    return views;
  }

  @Override
  ByteBuffer bytes(PickleValue.Storage storage) {
    ByteBuffer found = data.get(storage.key());
    if (found == null) {
      throw new ModelException("storage %s is missing".formatted(storage.key()));
    }
    return found.duplicate();
  }
}
