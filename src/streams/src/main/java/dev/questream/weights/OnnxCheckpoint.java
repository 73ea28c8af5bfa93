package dev.questream.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The weights inside an ONNX export of an encoder, or in the files beside it that it names; the
 * graph itself is not run, it tells {@linkplain OnnxNames their names}.
 */
final class OnnxCheckpoint implements Checkpoint {
  private final Path file;
  private final ByteBuffer bytes;
  private final Map<String, OnnxNames.Named> tensors;

  private OnnxCheckpoint(Path file, ByteBuffer bytes, Map<String, OnnxNames.Named> tensors) {
    this.file = file;
    this.bytes = bytes;
    this.tensors = tensors;
  }

  static OnnxCheckpoint open(Path file) {
    ByteBuffer bytes = MappedFile.map(file);
    OnnxGraph graph;
    try {
      graph = OnnxGraph.read(bytes);
    } catch (IOException
        | ModelException
        | IndexOutOfBoundsException
        | IllegalArgumentException e) {
      throw new ModelException(
          "%s is no ONNX file, or damaged: %s".formatted(file, e.getMessage()), e);
    }
    if (graph.initializers().isEmpty()) {
      throw new ModelException(file + " is no ONNX file, or one without weights");
    }
    try {
      OnnxCheckpoint checkpoint = new OnnxCheckpoint(file, bytes, OnnxNames.of(graph));
      checkpoint.tensors.values().forEach(checkpoint::checkPlace);
      return checkpoint;
    } catch (ModelException e) {
      throw new ModelException("%s cannot be used: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** That what lies in another file lies beside this one, and wholly. */
  private void checkPlace(OnnxNames.Named named) {
    OnnxGraph.Place place = named.initializer().place();
    if (place.location().isEmpty()) {
      return;
    }
    Path data = beside(place.location());
    long size = data.toFile().length();
    if (place.offset() < 0 || place.length() < 0 || place.length() > size - place.offset()) {
      throw new ModelException(
          "tensor %s lies at %d in %s and has %d bytes, that file has %d"
              .formatted(named.initializer().name(), place.offset(), data, place.length(), size));
    }
  }

  private Path beside(String location) {
    Path folder = file.toAbsolutePath().getParent();
    try {
      Path data = folder.resolve(location).normalize();
      if (!Path.of(location).isAbsolute() && data.startsWith(folder.normalize())) {
        if (!Files.isRegularFile(data)) {
          throw new ModelException(
              "its weights lie in %s, which is not there; put it beside it".formatted(data));
        }
        return data;
      }
    } catch (InvalidPathException e) {
      throw new ModelException("its weights lie in a file of no valid name", e);
    }
    throw new ModelException(
        "its weights lie in \"%s\", which is outside of its folder".formatted(location));
  }

  @Override
  public Path file() {
    return file;
  }

  /** The file itself and those with its weights. */
  Set<Path> files() {
    Set<Path> files = new TreeSet<>(Set.of(file));
    tensors.values().stream()
        .map(named -> named.initializer().place().location())
        .filter(location -> !location.isEmpty())
        .forEach(location -> files.add(beside(location)));
    return files;
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public TensorShape shape(String name) {
    return find(name).shape();
  }

  @Override
  public Tensor read(String name) {
    OnnxNames.Named found = find(name);
    OnnxGraph.Initializer stored = found.initializer();
    Tensor tensor = new Tensor(name, stored.type(), stored.shape(), data(stored.place()));
    return found.transposed() ? tensor.transposed() : tensor;
  }

  private ByteBuffer data(OnnxGraph.Place place) {
    if (place.location().isEmpty()) {
      return bytes.slice((int) place.offset(), (int) place.length()).order(ByteOrder.LITTLE_ENDIAN);
    }
    Path data = beside(place.location());
    try (FileChannel channel = FileChannel.open(data, StandardOpenOption.READ)) {
      return MappedFile.map(channel, place.offset(), place.length());
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelException("%s cannot be read: %s".formatted(data, e), e);
    }
  }

  private OnnxNames.Named find(String name) {
    OnnxNames.Named found = tensors.get(name);
    if (found == null) {
      throw new ModelException("%s has no tensor %s".formatted(file, name));
    }
    return found;
  }
}
