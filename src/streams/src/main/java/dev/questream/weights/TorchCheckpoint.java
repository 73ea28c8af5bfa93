package dev.questream.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/**
 * A state dict written by {@code torch.save}, in either of its layouts, alone or beside an
 * optimizer: {@code pytorch_model.bin}, and the files of training.
 */
final class TorchCheckpoint implements Checkpoint {
  private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};
  private static final byte PICKLE = (byte) 0x80;

  private final Path file;
  private final TorchStorages storages;

  private TorchCheckpoint(Path file, TorchStorages storages) {
    this.file = file;
    this.storages = storages;
  }

  static TorchCheckpoint open(Path file) {
    byte[] start = start(file);
    try {
      return new TorchCheckpoint(file, storages(file, start));
    } catch (ModelException e) {
      throw new ModelException(
          "%s is no state dict of torch.save, or damaged: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static byte[] start(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(ZIP_MAGIC.length);
    } catch (NoSuchFileException e) {
      throw new ModelException(file + " does not exist", e);
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static TorchStorages storages(Path file, byte[] start) {
    if (Arrays.equals(start, ZIP_MAGIC)) {
      return new ZipTorchStorages(file);
    }
    if (start.length > 0 && start[0] == PICKLE) {
      return new LegacyTorchStorages(file);
    }
    throw new ModelException("it begins with neither of the two layouts");
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public Set<String> names() {
    return storages.tensors().keySet();
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
    PickleValue found = storages.tensors().get(name);
    if (found instanceof PickleValue.View view) {
      return view;
    }
    throw found instanceof PickleValue.Opaque unknown
        ? new ModelException("%s: %s: %s".formatted(file, name, unknown.refused().getMessage()))
        : new ModelException("%s has no tensor %s".formatted(file, name));
  }
}
