package dev.questream.weights;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights inside an ONNX export of a BERT model; the graph itself is not run.
 *
 * <p>Exports by {@code torch.onnx} keep the state-dict names of biases, norms and embeddings. The
 * weight of a linear layer becomes an anonymous, transposed initializer, but the {@code MatMul}
 * node that uses it carries the name of the layer: {@code
 * /encoder/layer.0/attention/self/query/MatMul} reads {@code
 * encoder.layer.0.attention.self.query.weight} transposed. Field numbers are those of {@code
 * onnx.proto}.
 */
final class OnnxCheckpoint implements Checkpoint {
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int NODE_INPUT = 1;
  private static final int NODE_NAME = 3;
  private static final int NODE_OP_TYPE = 4;
  private static final int TENSOR_DIMS = 1;
  private static final int TENSOR_DATA_TYPE = 2;
  private static final int TENSOR_NAME = 8;
  private static final int TENSOR_RAW_DATA = 9;
  private static final int TENSOR_EXTERNAL_DATA = 13;
  private static final int MAX_RANK = 8;

  private final Path file;
  private final ByteBuffer bytes;
  private final Map<String, Initializer> initializers = new LinkedHashMap<>();
  private final Map<String, Initializer> tensors = new LinkedHashMap<>();

  private record Initializer(
      String name,
      ElementType type,
      TensorShape shape,
      int offset,
      int length,
      boolean transposed) {

    Initializer transposedAs(String newName) {
      return new Initializer(newName, type, shape, offset, length, true);
    }
  }

  private record MatMul(String name, String weight) {}

  private OnnxCheckpoint(Path file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  static OnnxCheckpoint open(Path file) {
    OnnxCheckpoint checkpoint = new OnnxCheckpoint(file, MappedFile.map(file));
    try {
      checkpoint.readModel();
    } catch (IOException
        | ModelException
        | IndexOutOfBoundsException
        | IllegalArgumentException e) {
      throw new ModelException(
          "%s is no ONNX file, or damaged: %s".formatted(file, e.getMessage()), e);
    }
    if (checkpoint.tensors.isEmpty()) {
      throw new ModelException(file + " is no ONNX file, or one without weights");
    }
    return checkpoint;
  }

  private void readModel() throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(bytes.duplicate());
    input.setSizeLimit(Integer.MAX_VALUE);
    List<MatMul> matMuls = new ArrayList<>();
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (isMessage(tag, MODEL_GRAPH)) {
        int limit = enter(input);
        readGraph(input, matMuls);
        input.popLimit(limit);
      } else if (!input.skipField(tag)) {
        throw new InvalidProtocolBufferException("unexpected end of a group");
      }
    }
    nameTensors(matMuls);
  }

  private void readGraph(CodedInputStream input, List<MatMul> matMuls) throws IOException {
    while (!input.isAtEnd()) {
      int tag = input.readTag();
      if (isMessage(tag, GRAPH_INITIALIZER)) {
        int limit = enter(input);
        readInitializer(input);
        input.popLimit(limit);
      } else if (isMessage(tag, GRAPH_NODE)) {
        int limit = enter(input);
        readNode(input, matMuls);
        input.popLimit(limit);
      } else {
        skip(input, tag);
      }
    }
  }

  private void readInitializer(CodedInputStream input) throws IOException {
    List<Long> dimensions = new ArrayList<>();
    String name = "";
    int dataType = 0;
    int offset = -1;
    int length = 0;
    while (!input.isAtEnd()) {
      int tag = input.readTag();
      switch (WireFormat.getTagFieldNumber(tag)) {
        case TENSOR_DIMS -> readDimensions(input, tag, dimensions);
        case TENSOR_DATA_TYPE -> dataType = input.readInt32();
        case TENSOR_NAME -> name = input.readString();
        case TENSOR_RAW_DATA -> {
          length = input.readRawVarint32();
          offset = input.getTotalBytesRead();
          input.skipRawBytes(length);
        }
        case TENSOR_EXTERNAL_DATA ->
            throw new InvalidProtocolBufferException(
                "tensor "
                    + name
                    + " lies in another file; export the model with its weights inside");
        default -> skip(input, tag);
      }
    }
    ElementType type = elementType(dataType);
    if (type != null && offset >= 0) {
      TensorShape shape = new TensorShape(dimensions);
      initializers.put(name, new Initializer(name, type, shape, offset, length, false));
    }
  }

  private static void readDimensions(CodedInputStream input, int tag, List<Long> dimensions)
      throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      int limit = enter(input);
      while (!input.isAtEnd() && dimensions.size() <= MAX_RANK) {
        dimensions.add(input.readInt64());
      }
      input.popLimit(limit);
    } else {
      dimensions.add(input.readInt64());
    }
    if (dimensions.size() > MAX_RANK) {
      throw new InvalidProtocolBufferException(
          "a tensor has more than " + MAX_RANK + " dimensions");
    }
  }

  private static void readNode(CodedInputStream input, List<MatMul> matMuls) throws IOException {
    List<String> inputs = new ArrayList<>();
    String name = "";
    String operation = "";
    while (!input.isAtEnd()) {
      int tag = input.readTag();
      switch (WireFormat.getTagFieldNumber(tag)) {
        case NODE_INPUT -> inputs.add(input.readString());
        case NODE_NAME -> name = input.readString();
        case NODE_OP_TYPE -> operation = input.readString();
        default -> skip(input, tag);
      }
    }
    if (operation.equals("MatMul") && inputs.size() == 2 && name.endsWith("/MatMul")) {
      matMuls.add(new MatMul(name, inputs.get(1)));
    }
  }

  private void nameTensors(List<MatMul> matMuls) {
    tensors.putAll(initializers);
    for (MatMul matMul : matMuls) {
      Initializer weight = initializers.get(matMul.weight());
      if (weight != null && weight.shape().rank() == 2) {
        String name = stateDictKey(matMul.name());
        tensors.remove(weight.name());
        tensors.put(name, weight.transposedAs(name));
      }
    }
  }

  /**
   * {@code /encoder/layer.0/output/dense/MatMul} is the weight of {@code
   * encoder.layer.0.output.dense}.
   */
  private static String stateDictKey(String node) {
    String layer = node.substring(0, node.length() - "/MatMul".length());
    String trimmed = layer.startsWith("/") ? layer.substring(1) : layer;
    return trimmed.replace('/', '.') + ".weight";
  }

  /** The types of {@code onnx.TensorProto.DataType} that weights come in; null for others. */
  private static ElementType elementType(int dataType) {
    return switch (dataType) {
      case 1 -> ElementType.FLOAT32;
      case 7 -> ElementType.INT64;
      case 10 -> ElementType.FLOAT16;
      case 16 -> ElementType.BFLOAT16;
      default -> null;
    };
  }

  private static boolean isMessage(int tag, int field) {
    return tag == ((field << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED);
  }

  private static int enter(CodedInputStream input) throws IOException {
    return input.pushLimit(input.readRawVarint32());
  }

  private static void skip(CodedInputStream input, int tag) throws IOException {
    if (!input.skipField(tag)) {
      throw new InvalidProtocolBufferException("unexpected end of a group");
    }
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public TensorShape shape(String name) {
    Initializer found = find(name);
    TensorShape stored = found.shape();
    return found.transposed() ? TensorShape.of(stored.dimension(1), stored.dimension(0)) : stored;
  }

  @Override
  public Tensor read(String name) {
    Initializer found = find(name);
    ByteBuffer data = bytes.slice(found.offset(), found.length()).order(ByteOrder.LITTLE_ENDIAN);
    Tensor tensor = new Tensor(name, found.type(), found.shape(), data);
    return found.transposed() ? tensor.transposed() : tensor;
  }

  private Initializer find(String name) {
    Initializer found = tensors.get(name);
    if (found == null) {
      throw new ModelException("%s has no tensor %s".formatted(file, name));
    }
    return found;
  }
}
