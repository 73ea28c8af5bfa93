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
      Map.ofEntries(
          Map.entry("torch.FloatStorage", ElementType.FLOAT32),
          Map.entry("torch.HalfStorage", ElementType.FLOAT16),
          Map.entry("torch.BFloat16Storage", ElementType.BFLOAT16),
          Map.entry("torch.DoubleStorage", ElementType.FLOAT64),
          Map.entry("torch.LongStorage", ElementType.INT64),
          Map.entry("torch.IntStorage", ElementType.INT32),
          Map.entry("torch.ShortStorage", ElementType.INT16),
          Map.entry("torch.CharStorage", ElementType.INT8),
          Map.entry("torch.ByteStorage", ElementType.UINT8),
          Map.entry("torch.BoolStorage", ElementType.BOOL),
          Map.entry("torch.ComplexFloatStorage", ElementType.COMPLEX64),
          Map.entry("torch.ComplexDoubleStorage", ElementType.COMPLEX128),
          Map.entry("torch.QInt8Storage", ElementType.INT8),
          Map.entry("torch.QUInt8Storage", ElementType.UINT8),
          Map.entry("torch.QInt32Storage", ElementType.INT32),
          Map.entry("torch.storage.UntypedStorage", ElementType.UINT8));

  private final Map<String, PickleValue.Storage> named = new HashMap<>();

  /**
   * The state dict by name: each value is a {@link PickleValue.View}, or {@link
   * PickleValue.Opaque}.
   */
  abstract Map<String, PickleValue> tensors();

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
      return new PickleValue.Opaque(type.toString(), List.of());
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
}
