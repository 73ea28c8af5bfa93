package dev.questream.weights;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The storages of a {@code torch.save} file: which there are, as the pickle names them, and their
 * bytes, as the layout keeps them.
 */
abstract class TorchStorages {
  private static final Map<String, ElementType> TYPES =
      Map.of(
          "torch.FloatStorage", ElementType.FLOAT32,
          "torch.HalfStorage", ElementType.FLOAT16,
          "torch.BFloat16Storage", ElementType.BFLOAT16,
          "torch.LongStorage", ElementType.INT64);

  private final Map<String, PickleValue.Storage> named = new HashMap<>();

  /** The tensors of the state dict, by name. */
  abstract Map<String, PickleValue.View> views();

  /**
   * The bytes of a storage, little-endian.
   *
   * @throws ModelException if the file does not hold as many as the storage needs
   */
  abstract ByteBuffer bytes(PickleValue.Storage storage);

  /**
   * A storage by its persistent id: {@code ("storage", type, key, location, elements[, view])}.
   *
   * @throws ModelException if it is no such tuple, or one that contradicts an earlier one
   */
  PickleValue load(PickleValue persistentId) {
    List<PickleValue> id = PickleCalls.sequence(persistentId);
    if (id.size() < 5
        || !PickleCalls.text(id.get(0)).equals("storage")
        || !(id.get(1) instanceof PickleValue.Global type)) {
      throw new ModelException("a pickle refers to something that is no storage");
    }
    if (id.size() > 5 && id.get(5) != PickleValue.NONE) {
      throw new ModelException(
          "a storage is a view of another one; save the model again to undo that");
    }
    ElementType elementType = TYPES.get(type.toString());
    if (elementType == null) {
      throw new ModelException("a storage is of type " + type + ", which is not read");
    }
    String key = PickleCalls.text(id.get(2));
    long elements = PickleCalls.integer(id.get(4));
    if (elements < 0) {
      throw new ModelException("storage %s has %d elements".formatted(key, elements));
    }
    PickleValue.Storage storage = new PickleValue.Storage(elementType, key, elements);
    PickleValue.Storage earlier = named.putIfAbsent(key, storage);
    if (earlier != null && !earlier.equals(storage)) {
      throw new ModelException("storage %s is %s and also %s".formatted(key, earlier, storage));
    }
    return storage;
  }

  /** The storages that the pickle named, by key. */
  Map<String, PickleValue.Storage> named() {
    return named;
  }

  /** The tensors of a state dict; entries that are no tensors are left out. */
  static Map<String, PickleValue.View> tensors(PickleValue root) {
    if (!(root instanceof PickleValue.Dict stateDict)) {
      throw new ModelException("the file holds something other than a state dict");
    }
    Map<String, PickleValue.View> views = new HashMap<>();
    stateDict
        .entries()
        .forEach(
            (name, value) -> {
              if (value instanceof PickleValue.View view) {
                views.put(name, view);
              }
            });
    return views;
  }
}
