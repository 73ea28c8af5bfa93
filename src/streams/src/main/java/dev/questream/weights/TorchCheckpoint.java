package dev.questream.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Set;

/**
 * A state dict written by {@code torch.save} ({@code pytorch_model.bin}), in either of its layouts.
 */
final class TorchCheckpoint implements Checkpoint {
  private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};
  private static final byte[] LEGACY_MAGIC = {(byte) 0x80, 2, (byte) 0x8a, 0x0a};

  private final Path file;
  private final TorchStorages storages;

  private TorchCheckpoint(Path file, TorchStorages storages) {
    this.file = file;
    this.storages = storages;
  }

  static TorchCheckpoint open(Path file) {
    ByteBuffer mapped = MappedFile.map(file);
    try {
      TorchCheckpoint checkpoint = new TorchCheckpoint(file, storages(file, mapped));
      if (checkpoint.names().isEmpty()) {
        throw new ModelException("it holds no tensors");
      }
      return checkpoint;
    } catch (ModelException e) {
      throw new ModelException(
          "%s is no state dict of torch.save, or damaged: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static TorchStorages storages(Path file, ByteBuffer mapped) {
    if (startsWith(mapped, ZIP_MAGIC)) {
      return new ZipTorchStorages(file);
    }
    if (startsWith(mapped, LEGACY_MAGIC)) {
      return new LegacyTorchStorages(mapped);
    }
    throw new ModelException("it begins with neither of the two layouts");
  }

  private static boolean startsWith(ByteBuffer mapped, byte[] magic) {
    return mapped.remaining() >= magic.length
        && mapped.slice(0, magic.length).equals(ByteBuffer.wrap(magic));
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public Set<String> names() {
    return storages.views().keySet();
  }

  @Override
  public TensorShape shape(String name) {
    return view(name).shape();
  }

  @Override
  public Tensor read(String name) {
    PickleValue.View view = view(name);
    ByteBuffer bytes = storages.bytes(view.storage()).order(ByteOrder.LITTLE_ENDIAN);
    return new Tensor(
        name, view.storage().type(), view.shape(), StridedCopy.contiguous(view, bytes));
  }

  private PickleValue.View view(String name) {
    PickleValue.View found = storages.views().get(name);
    if (found == null) {
      throw new ModelException("%s has no tensor %s".formatted(file, name));
    }
    return found;
  }
}
