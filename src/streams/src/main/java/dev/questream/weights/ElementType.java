package dev.questream.weights;

/** The number format of stored tensor elements, little-endian. */
public enum ElementType {
  FLOAT32(4),
  FLOAT16(2),
  BFLOAT16(2),
  INT64(8);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
