package dev.questream.lab.retrieval.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The functions that a pickled NumPy vector calls when it is read, and what they give. */
final class NumpyCalls {
  private NumpyCalls() {}

  /** An element type; its byte order comes with its state. */
  private static final class ElementType {
    private final String name;
    private String order = "=";

    private ElementType(String name) {
      this.name = name;
    }
  }

  /** An array, empty until its state is set. */
  private static final class Array {
    private float[] vector;
  }

  static Object call(EmbeddingPickle.Global function, Object[] arguments) {
    return switch (function.toString()) {
      case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct" ->
          array(arguments);
      case "numpy.dtype" -> new ElementType(string(arguments[0]));
      case "_codecs.encode" -> latin1(arguments); // how protocol 2 writes bytes
      default ->
          throw new IllegalArgumentException(
              "it wants to call %s when it is read, which no such list needs; it is refused"
                  .formatted(function));
    };
  }

  private static Object array(Object[] arguments) {
    if (!arguments[0].toString().equals("numpy.ndarray")) {
      throw new IllegalArgumentException("it makes an array of the class " + arguments[0]);
    }
    return new Array();
  }

  private static byte[] latin1(Object[] arguments) {
    if (arguments.length != 2 || !arguments[1].equals("latin1")) {
      throw new IllegalArgumentException("it encodes a string otherwise than as latin1");
    }
    return ((String) arguments[0]).getBytes(StandardCharsets.ISO_8859_1);
  }

  static void build(Object target, Object[] state) {
    if (target instanceof ElementType type) {
      type.order = string(state[1]);
    } else if (target instanceof Array array) {
      array.vector = elements(state);
    } else {
      throw new IllegalArgumentException("it sets the state of something that has none");
    }
  }

  /** State of an array: version, shape, element type, column order, bytes. */
  private static float[] elements(Object[] state) {
    Object[] shape = (Object[]) state[1];
    ElementType type = (ElementType) state[2];
    byte[] bytes = (byte[]) state[4];
    if (!type.name.equals("f4") || !type.order.equals("<")) {
      throw new IllegalArgumentException(
          "a vector has elements of type %s%s, expected <f4 (float32)"
              .formatted(type.order, type.name));
    }
    long elements = 1;
    for (Object dimension : shape) {
      elements = Math.multiplyExact(elements, (long) dimension);
    }
    boolean flat = shape.length == 1 || (shape.length == 2 && (long) shape[0] == 1);
    if (!flat || elements * Float.BYTES != bytes.length || elements == 0) {
      throw new IllegalArgumentException(
          "a vector has shape %s and %,d bytes".formatted(Arrays.toString(shape), bytes.length));
    }
    float[] vector = new float[(int) elements];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }

  static float[] vector(Object value) {
    if (value instanceof Array array && array.vector != null) {
      return array.vector;
    }
    throw new IllegalArgumentException("the second element of a row is no NumPy array");
  }

  private static String string(Object value) {
    return value instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.US_ASCII)
        : (String) value;
  }
}
