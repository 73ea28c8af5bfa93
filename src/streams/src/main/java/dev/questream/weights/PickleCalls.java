package dev.questream.weights;

import java.util.ArrayList;
import java.util.List;

/**
 * The functions that a state dict may call when it is unpickled, and what they give. What others
 * would give stays {@link PickleValue.Opaque}, and is refused where a tensor needs it.
 */
final class PickleCalls {
  private static final int MAX_RANK = 8;

  private PickleCalls() {}

  /** What a function gives; what another call gave may be called, and gives nothing known. */
  static PickleValue call(PickleValue function, List<PickleValue> arguments) {
    String name = name(function);
    return switch (name) {
      case "collections.OrderedDict" -> orderedDict(arguments);
      case "torch._utils._rebuild_tensor_v2" -> tensor(arguments);
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
          parameter(arguments);
      case "torch._tensor._rebuild_from_type_v2" -> subclass(name, arguments);
      default -> new PickleValue.Opaque(name, List.of());
    };
  }

  /** An instance of a class that is not known, which keeps its fields. */
  static PickleValue instance(PickleValue type, PickleValue fields) {
    if (!(fields instanceof PickleValue.Tuple given)) {
      throw new ModelException("a pickle makes an instance of something that is no tuple");
    }
    return new PickleValue.Opaque(name(type), given.items());
  }

  private static String name(PickleValue callee) {
    if (callee instanceof PickleValue.Global named) {
      return named.toString();
    }
    if (callee instanceof PickleValue.Opaque unknown) {
      return unknown.origin();
    }
    throw new ModelException("a pickle calls something that is no function");
  }

  private static PickleValue orderedDict(List<PickleValue> arguments) {
    PickleValue.Dict dict = new PickleValue.Dict();
    if (!arguments.isEmpty()) {
      for (PickleValue pair : sequence(arguments.get(0))) {
        List<PickleValue> items = sequence(pair);
        if (items.size() != 2) {
          throw new ModelException("an OrderedDict is made of something other than pairs");
        }
        dict.put(items.get(0), items.get(1));
      }
    }
    return dict;
  }

  private static PickleValue parameter(List<PickleValue> arguments) {
    if (!arguments.isEmpty()
        && (arguments.get(0) instanceof PickleValue.View
            || arguments.get(0) instanceof PickleValue.Opaque)) {
      return arguments.get(0);
    }
    throw new ModelException("a parameter is made of something that is no tensor");
  }

  /** {@code _rebuild_from_type_v2(function, type, arguments, state)}: a tensor with attributes. */
  private static PickleValue subclass(String function, List<PickleValue> arguments) {
    if (arguments.size() < 3
        || !(arguments.get(0) instanceof PickleValue.Global rebuild)
        || rebuild.toString().equals(function)) {
      throw new ModelException("a tensor is made by something that is no function");
    }
    return call(rebuild, sequence(arguments.get(2)));
  }

  /** {@code _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)}. */
  private static PickleValue tensor(List<PickleValue> arguments) {
    if (!arguments.isEmpty() && arguments.get(0) instanceof PickleValue.Opaque unknown) {
      return unknown;
    }
    if (arguments.size() < 4 || !(arguments.get(0) instanceof PickleValue.Storage storage)) {
      throw new ModelException("a tensor is made of something that is no storage");
    }
    long offset = integer(arguments.get(1));
    List<Long> size = integers(arguments.get(2));
    List<Long> stride = integers(arguments.get(3));
    if (size.size() != stride.size() || size.size() > MAX_RANK || offset < 0) {
      throw new ModelException(
          "a tensor has offset %d, size %s and stride %s".formatted(offset, size, stride));
    }
    TensorShape shape = new TensorShape(size);
    checkBounds(storage, offset, shape, stride);
    return new PickleValue.View(storage, offset, shape, stride);
  }

  private static void checkBounds(
      PickleValue.Storage storage, long offset, TensorShape shape, List<Long> stride) {
    boolean empty = shape.elements() == 0;
    try {
      long last = offset;
      for (int i = 0; i < stride.size(); i++) {
        if (stride.get(i) < 0) {
          throw new ModelException("a tensor has the negative stride " + stride.get(i));
        }
        long steps = Math.max(0, shape.dimension(i) - 1);
        last = Math.addExact(last, Math.multiplyExact(steps, stride.get(i)));
      }
      if (!empty && last >= storage.elements()) {
        throw new ModelException(
            "a tensor reaches to element %d of storage %s, which has %d"
                .formatted(last, storage.key(), storage.elements()));
      }
      if (shape.elements() > Math.max(1, storage.elements())) {
        throw new ModelException(
            "a tensor of shape %s repeats the %d elements of storage %s"
                .formatted(shape, storage.elements(), storage.key()));
      }
    } catch (ArithmeticException e) {
      throw new ModelException("a tensor reaches far beyond its storage " + storage.key(), e);
    }
  }

  static List<PickleValue> sequence(PickleValue value) {
    if (value instanceof PickleValue.Tuple tuple) {
      return tuple.items();
    }
    if (value instanceof PickleValue.Sequence list) {
      return list.items();
    }
    throw unexpected(value, "a list or tuple");
  }

  static long integer(PickleValue value) {
    if (value instanceof PickleValue.Int number) {
      return number.value();
    }
    throw unexpected(value, "a whole number");
  }

  static String text(PickleValue value) {
    if (value instanceof PickleValue.Text text) {
      return text.value();
    }
    throw unexpected(value, "a string");
  }

  private static ModelException unexpected(PickleValue value, String expected) {
    return value instanceof PickleValue.Opaque unknown
        ? unknown.refused()
        : new ModelException("a pickle has something else where %s belongs".formatted(expected));
  }

  private static List<Long> integers(PickleValue value) {
    List<Long> numbers = new ArrayList<>();
    for (PickleValue item : sequence(value)) {
      numbers.add(integer(item));
    }
    return numbers;
  }
}
