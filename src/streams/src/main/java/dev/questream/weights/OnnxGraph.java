package dev.questream.weights;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an ONNX file says: its nodes, and where its constants lie. Field numbers are those of {@code
 * onnx.proto}.
 *
 * @param initializers by name; those whose elements are not read are left out
 */
record OnnxGraph(Map<String, Initializer> initializers, List<Node> nodes) {
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int NODE_INPUT = 1;
  private static final int NODE_OUTPUT = 2;
  private static final int NODE_NAME = 3;
  private static final int NODE_OP_TYPE = 4;
  private static final int NODE_ATTRIBUTE = 5;
  private static final int NODE_DOMAIN = 7;
  private static final int ATTRIBUTE_NAME = 1;
  private static final int ATTRIBUTE_I = 3;
  private static final int TENSOR_DIMS = 1;
  private static final int TENSOR_DATA_TYPE = 2;
  private static final int TENSOR_FLOAT_DATA = 4;
  private static final int TENSOR_NAME = 8;
  private static final int TENSOR_RAW_DATA = 9;
  private static final int TENSOR_DOUBLE_DATA = 10;
  private static final int TENSOR_EXTERNAL_DATA = 13;
  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;
  private static final int MAX_RANK = 8;

  /**
   * A constant.
   *
   * @param place in this file, or in another one
   */
  record Initializer(String name, ElementType type, TensorShape shape, Place place) {}

  /**
   * Where bytes lie.
   *
   * @param location the name of another file; empty for the ONNX file itself
   */
  record Place(String location, long offset, long length) {}

  /**
   * An operation.
   *
   * @param transposesB whether it is a {@code Gemm} of a transposed weight
   */
  record Node(
      String operation,
      String domain,
      String name,
      List<String> inputs,
      List<String> outputs,
      boolean transposesB) {}

  /** Reads a model; the graphs inside its nodes are left out. */
  static OnnxGraph read(ByteBuffer model) throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(model.duplicate());
    input.setSizeLimit(Integer.MAX_VALUE);
    OnnxGraph graph = new OnnxGraph(new LinkedHashMap<>(), new ArrayList<>());
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (isMessage(tag, MODEL_GRAPH)) {
        int limit = enter(input);
        graph.readGraph(input);
        input.popLimit(limit);
      } else {
        skip(input, tag);
      }
    }
    return graph;
  }

  private void readGraph(CodedInputStream input) throws IOException {
    while (!input.isAtEnd()) {
      int tag = input.readTag();
      if (isMessage(tag, GRAPH_INITIALIZER)) {
        int limit = enter(input);
        readInitializer(input);
        input.popLimit(limit);
      } else if (isMessage(tag, GRAPH_NODE)) {
        int limit = enter(input);
        nodes.add(readNode(input));
        input.popLimit(limit);
      } else {
        skip(input, tag);
      }
    }
  }

  private void readInitializer(CodedInputStream input) throws IOException {
    List<Long> dimensions = new ArrayList<>();
    Map<String, String> external = new HashMap<>();
    String name = "";
    int dataType = 0;
    Place place = null;
    while (!input.isAtEnd()) {
      int tag = input.readTag();
      switch (WireFormat.getTagFieldNumber(tag)) {
        case TENSOR_DIMS -> readDimensions(input, tag, dimensions);
        case TENSOR_DATA_TYPE -> dataType = input.readInt32();
        case TENSOR_NAME -> name = input.readString();
        // packed floats and doubles are little-endian, as raw data is
        case TENSOR_RAW_DATA, TENSOR_FLOAT_DATA, TENSOR_DOUBLE_DATA -> {
          if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            int length = input.readRawVarint32();
            place = new Place("", input.getTotalBytesRead(), length);
            input.skipRawBytes(length);
          } else {
            skip(input, tag);
          }
        }
        case TENSOR_EXTERNAL_DATA -> readEntry(input, external);
        default -> skip(input, tag);
      }
    }
    ElementType type = elementType(dataType);
    if (type != null && (place != null || !external.isEmpty())) {
      TensorShape shape = new TensorShape(dimensions);
      Place where = external.isEmpty() ? place : elsewhere(name, external, shape.bytes(type));
      initializers.put(name, new Initializer(name, type, shape, where));
    }
  }

  private static Place elsewhere(String name, Map<String, String> external, long bytes) {
    String location = external.getOrDefault("location", "");
    if (location.isEmpty()) {
      throw new ModelException("tensor " + name + " lies in another file without a name");
    }
    return new Place(
        location,
        Long.parseLong(external.getOrDefault("offset", "0")),
        Long.parseLong(external.getOrDefault("length", Long.toString(bytes))));
  }

  private static void readEntry(CodedInputStream input, Map<String, String> entries)
      throws IOException {
    int limit = enter(input);
    String key = "";
    String value = "";
    while (!input.isAtEnd()) {
      int tag = input.readTag();
      switch (WireFormat.getTagFieldNumber(tag)) {
        case ENTRY_KEY -> key = input.readString();
        case ENTRY_VALUE -> value = input.readString();
        default -> skip(input, tag);
      }
    }
    input.popLimit(limit);
    entries.put(key, value);
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

  private static Node readNode(CodedInputStream input) throws IOException {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    String name = "";
    String operation = "";
    String domain = "";
    boolean transposesB = false;
    while (!input.isAtEnd()) {
      int tag = input.readTag();
      switch (WireFormat.getTagFieldNumber(tag)) {
        case NODE_INPUT -> inputs.add(input.readString());
        case NODE_OUTPUT -> outputs.add(input.readString());
        case NODE_NAME -> name = input.readString();
        case NODE_OP_TYPE -> operation = input.readString();
        case NODE_DOMAIN -> domain = input.readString();
        case NODE_ATTRIBUTE -> transposesB |= isSet(input, "transB");
        default -> skip(input, tag);
      }
    }
    return new Node(operation, domain, name, inputs, outputs, transposesB);
  }

  /** Whether an attribute is the one of this name and not zero. */
  private static boolean isSet(CodedInputStream input, String wanted) throws IOException {
    int limit = enter(input);
    String name = "";
    long value = 0;
    while (!input.isAtEnd()) {
      int tag = input.readTag();
      switch (WireFormat.getTagFieldNumber(tag)) {
        case ATTRIBUTE_NAME ->
            name = new String(input.readByteArray(), StandardCharsets.ISO_8859_1);
        case ATTRIBUTE_I -> value = input.readInt64();
        default -> skip(input, tag);
      }
    }
    input.popLimit(limit);
    return name.equals(wanted) && value != 0;
  }

  /** The types of {@code onnx.TensorProto.DataType} that weights come in; null for others. */
  private static ElementType elementType(int dataType) {
    return switch (dataType) {
      case 1 -> ElementType.FLOAT32;
      case 7 -> ElementType.INT64;
      case 10 -> ElementType.FLOAT16;
      case 11 -> ElementType.FLOAT64;
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
}
