package dev.questream.lab.retrieval.vector;

/**
 * A pickle's memo, of which only the first and the last values are kept: what all rows share (the
 * names of functions, the element type) is memoized with the first row, and a row refers to nothing
 * else but itself.
 */
final class BoundedMemo {
  private static final int KEPT = 4096;

  private final Object[] first = new Object[KEPT];
  private final Object[] last = new Object[KEPT];
  private final int[] lastIndex = new int[KEPT];
  private int size;

  void add(Object value) {
    put(size, value);
  }

  void put(int index, Object value) {
    if (index < 0) {
      throw new IllegalArgumentException("it memoizes more than 2^31 values");
    }
    if (index < KEPT) {
      first[index] = value;
    } else {
      last[index % KEPT] = value;
      lastIndex[index % KEPT] = index;
    }
    size = Math.max(size, index + 1);
  }

  Object get(int index) {
    Object value = null;
    if (index >= 0 && index < KEPT) {
      value = first[index];
    } else if (index >= KEPT && lastIndex[index % KEPT] == index) {
      value = last[index % KEPT];
    }
    if (value == null) {
      throw new IllegalArgumentException(
          "it recalls the value %d, which it has not made or which lies too far back"
              .formatted(index));
    }
    return value;
  }
}
