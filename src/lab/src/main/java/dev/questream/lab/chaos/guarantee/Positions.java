package dev.questream.lab.chaos.guarantee;

import java.util.Arrays;

/**
 * Where each question of the workload stands in the questions topic; five bytes a question.
 *
 * <p>Numbers are dense from 0; partitions are under 127 and offsets under 2^31, which is far above
 * what a run produces.
 */
public final class Positions {
  private static final int START = 1 << 16;
  private static final byte UNKNOWN = -1;

  private byte[] partitions = new byte[0];
  private int[] offsets = new int[0];

  /** Notes where the broker put a question. */
  public void put(Produced produced) {
    grow(produced.number() + 1);
    partitions[produced.number()] = (byte) Math.toIntExact(produced.partition());
    offsets[produced.number()] = Math.toIntExact(produced.offset());
  }

  private void grow(int size) {
    int old = partitions.length;
    if (size > old) {
      int next = Math.max(Math.max(START, size), old + old / 2);
      partitions = Arrays.copyOf(partitions, next);
      Arrays.fill(partitions, old, next, UNKNOWN);
      offsets = Arrays.copyOf(offsets, next);
    }
  }

  /** Whether the broker is known to have it. */
  public boolean known(int number) {
    return number < partitions.length && partitions[number] != UNKNOWN;
  }

  /** The partition of a known question. */
  public int partition(int number) {
    return partitions[number];
  }

  /** The offset of a known question. */
  public long offset(int number) {
    return offsets[number];
  }

  /** For messages: the source of a question, or that it is not known. */
  public String describe(int number) {
    return known(number)
        ? "number %d (questions-%d offset %d)"
            .formatted(number, partitions[number], offsets[number])
        : "number %d (never acknowledged)".formatted(number);
  }
}
