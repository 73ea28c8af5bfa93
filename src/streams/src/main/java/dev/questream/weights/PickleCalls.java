package dev.questream.weights;

import java.util.ArrayList;
import java.util.List;

/** The functions that a state dict may call when it is unpickled, and what they give. */
final class PickleCalls {
  private static final int MAX_RANK = 8;

  private PickleCalls() {}

  static PickleValue call(PickleValue.Global function, List<PickleValue> arguments) {
    return switch (function.toString()) {
      case "collections.OrderedDict" -> orderedDict(arguments);
      case "torch._utils._rebuild_tensor_v2" -> tensor(arguments);
      case "torch._utils._rebuild_parameter" -> parameter(arguments);
      default ->
          throw new ModelException(
              "the file wants to call %s when it is read, which no state dict needs; it is refused"
                  .formatted(function));
    };
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
    if (arguments.isEmpty() || !(arguments.get(0) instanceof PickleValue.View)) {
      throw new ModelException("a parameter is made of something that is no tensor");
    }
    return arguments.get(0);
  }

  /** {@code _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)}. */
  private static PickleValue tensor(List<PickleValue> arguments) {
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
    throw new ModelException("a pickle has something else where a list or tuple belongs");
  }

  static long integer(PickleValue value) {
    if (value instanceof PickleValue.Int number) {
      return number.value();
    }
    throw new ModelException("a pickle has something else where a whole number belongs");
  }

  static String text(PickleValue value) {
    if (value instanceof PickleValue.Text text) {
      return text.value();
    }
    throw new ModelException("a pickle has something else where a string belongs");
  }

  private static List<Long> integers(PickleValue value) {
    List<Long> numbers = new ArrayList<>();
    for (PickleValue item : sequence(value)) {
      numbers.add(integer(item));
    }
    return numbers;
  }
}
