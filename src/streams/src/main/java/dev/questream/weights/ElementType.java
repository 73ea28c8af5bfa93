package dev.questream.weights;

/**
 * The number format of stored tensor elements, little-endian. Weights are floating-point numbers;
 * the other formats are those of tensors beside them.
 */
public enum ElementType {
  FLOAT32(4),
  FLOAT16(2),
  BFLOAT16(2),
  FLOAT64(8),
  FLOAT8(1),
  INT64(8),
  INT32(4),
  INT16(2),
  INT8(1),
  UINT64(8),
  UINT32(4),
  UINT16(2),
  UINT8(1),
  BOOL(1),
  COMPLEX64(8),
  COMPLEX128(16);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
