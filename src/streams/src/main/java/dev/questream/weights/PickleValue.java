package dev.questream.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickled state dict is made of. Values are never compared or printed as a whole: they may
 * be cyclic.
 */
sealed interface PickleValue {
  PickleValue NONE = new None();

  /** Python's {@code None}. */
  final class None implements PickleValue {}

  /** A boolean. */
  record Bool(boolean value) implements PickleValue {}

  /** A whole number of up to 64 bits. */
  record Int(long value) implements PickleValue {}

  /** A floating-point number. */
  record Real(double value) implements PickleValue {}

  /** A string. */
  record Text(String value) implements PickleValue {}

  /** A name in a Python module; never looked up. */
  record Global(String module, String name) implements PickleValue {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /**
   * What this reader does not make: an instance of a class that it does not know, what an unknown
   * function gives, bytes.
   */
  final class Opaque implements PickleValue {
    private final String origin;
    private final List<PickleValue> fields;

    /**
     * @param origin the class or function
     * @param fields what an instance is made of, as a named tuple of its items
     */
    Opaque(String origin, List<PickleValue> fields) {
      this.origin = origin;
      this.fields = fields;
    }

    String origin() {
      return origin;
    }

    List<PickleValue> fields() {
      return fields;
    }

    /** The failure of whoever needs the value. */
    ModelException refused() {
      return new ModelException(
          "the file wants to call %s when it is read, which no state dict needs; it is refused"
              .formatted(origin));
    }
  }

  /** A tuple. */
  final class Tuple implements PickleValue {
    private final List<PickleValue> items;

    Tuple(List<PickleValue> items) {
      this.items = items;
    }

    List<PickleValue> items() {
      return items;
    }
  }

  /** A list. */
  final class Sequence implements PickleValue {
    private final List<PickleValue> items = new ArrayList<>();

    List<PickleValue> items() {
      return items;
    }
  }

  /**
   * A dict, or an OrderedDict. Entries whose key is no string are dropped: no state dict has them.
   */
  final class Dict implements PickleValue {
    private final Map<String, PickleValue> entries = new LinkedHashMap<>();

    void put(PickleValue key, PickleValue value) {
      if (key instanceof Text text) {
        entries.put(text.value(), value);
      }
    }

    Map<String, PickleValue> entries() {
      return entries;
    }
  }

  /**
   * A storage that lies elsewhere in the file.
   *
   * @param key its name
   * @param elements its length
   */
  record Storage(ElementType type, String key, long elements) implements PickleValue {}

  /**
   * A tensor as a view of a storage; offset and strides count elements.
   *
   * @param stride as many as dimensions, none negative
   */
  record View(Storage storage, long offset, TensorShape shape, List<Long> stride)
      implements PickleValue {

    public View {
      stride = List.copyOf(stride);
    }
  }
}
