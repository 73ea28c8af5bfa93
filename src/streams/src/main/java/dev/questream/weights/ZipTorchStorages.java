package dev.questream.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The layout of {@code torch.save} since PyTorch 1.6: a zip with {@code ROOT/data.pkl}, one record
 * {@code ROOT/data/KEY} per storage, and {@code ROOT/byteorder} in newer files.
 *
 * <p>Nothing is ever unpacked to disk, and no more of a record is read than its storage needs.
 */
final class ZipTorchStorages extends TorchStorages {
  private static final int MAX_ENTRIES = 100_000;
  private static final int MAX_TENSOR_BYTES = Integer.MAX_VALUE - 8;
  private static final String PICKLE = "/data.pkl";

  private final Path file;
  private final String root;
  private final Map<String, PickleValue> tensors;

  ZipTorchStorages(Path file) {
    this.file = file;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      root = root(zip);
      checkByteOrder(zip);
      ByteBuffer pickle =
          ByteBuffer.wrap(read(zip, entry(zip, "data.pkl"), PickleReader.MAX_PICKLE_BYTES));
      tensors = PickledStateDict.tensors(PickleReader.read(pickle, this::load));
      for (PickleValue.Storage storage : named().values()) {
        checkSize(entry(zip, "data/" + storage.key()), storage);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelException("it is no readable zip file: " + e, e);
    }
  }

  private static String root(ZipFile zip) {
    if (zip.size() > MAX_ENTRIES) {
      throw new ModelException("it has %d entries".formatted(zip.size()));
    }
    Set<String> names = new HashSet<>();
    zip.stream()
        .forEach(
            entry -> {
              if (!names.add(entry.getName())) {
                throw new ModelException("it has the entry %s twice".formatted(entry.getName()));
              }
            });
    List<String> pickles =
        names.stream()
            .filter(name -> name.indexOf('/') == name.length() - PICKLE.length())
            .filter(name -> name.endsWith(PICKLE))
            .toList();
    if (pickles.size() != 1) {
      throw new ModelException(
          "it has %d entries ROOT/data.pkl, expected one".formatted(pickles.size()));
    }
    return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length() + 1);
  }

  private void checkByteOrder(ZipFile zip) throws IOException {
    ZipEntry entry = zip.getEntry(root + "byteorder");
    if (entry != null
        && !new String(read(zip, entry, 16), StandardCharsets.US_ASCII).equals("little")) {
      throw new ModelException("it was written on a big-endian machine");
    }
  }

  private ZipEntry entry(ZipFile zip, String name) {
    ZipEntry entry = zip.getEntry(root + name);
    if (entry == null) {
      throw new ModelException("the entry %s%s is missing".formatted(root, name));
    }
    return entry;
  }

  private static long checkSize(ZipEntry entry, PickleValue.Storage storage) {
    if (entry.getMethod() != ZipEntry.STORED) {
      throw new ModelException(
          "the entry %s is compressed, which torch.save never does".formatted(entry.getName()));
    }
    long expected = TensorShape.of(storage.elements()).bytes(storage.type());
    if (entry.getSize() != expected) {
      throw new ModelException(
          "the entry %s has %d bytes, its storage needs %d"
              .formatted(entry.getName(), entry.getSize(), expected));
    }
    return expected;
  }

  /** The content of an entry, whose declared size is not trusted. */
  private static byte[] read(ZipFile zip, ZipEntry entry, int limit) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw new ModelException(
            "the entry %s has more than %d bytes".formatted(entry.getName(), limit));
      }
      return content;
    }
  }

  @Override
  Map<String, PickleValue> tensors() {
    return tensors;
  }

  @Override
  ByteBuffer bytes(PickleValue.Storage storage) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = entry(zip, "data/" + storage.key());
      int size = (int) Math.min(checkSize(entry, storage), MAX_TENSOR_BYTES);
      byte[] content = read(zip, entry, size);
      if (content.length != size) {
        throw new ModelException(
            "the entry %s ends after %d bytes of %d"
                .formatted(entry.getName(), content.length, size));
      }
      return ByteBuffer.wrap(content);
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(file, e), e);
    }
  }
}
