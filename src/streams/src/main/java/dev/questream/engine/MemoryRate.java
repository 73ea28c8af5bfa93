package dev.questream.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast this machine reads so many bytes again and again when it does nothing else: the roof
 * over a question that is asked alone, for which all weights are read once. What fits into a cache
 * is read from there, as weights would be.
 *
 * <p><b>Threading:</b> one thread measures; the threads that read end with the measurement.
 */
public final class MemoryRate {
  private final List<long[]> parts = new ArrayList<>();
  private volatile long sum; // so that reading has an effect

  /**
   * Makes what is read.
   *
   * @param bytes read in a pass
   * @param threads that share them
   */
  public MemoryRate(long bytes, int threads) {
    for (int i = 0; i < threads; i++) {
      parts.add(new long[Math.toIntExact(Math.max(1, bytes / threads / Long.BYTES))]);
    }
  }

  /** Bytes read in a pass. */
  public long bytes() {
    return parts.stream().mapToLong(MemoryRate::bytes).sum();
  }

  private static long bytes(long[] part) {
    return (long) part.length * Long.BYTES;
  }

  /**
   * Reads for a while.
   *
   * @param atLeast how long
   * @return bytes a second, all threads together
   */
  public double measure(Duration atLeast) {
    read(Duration.ZERO); // once each, to warm up
    return read(atLeast);
  }

  private double read(Duration atLeast) {
    try (Race race = new Race(parts.size())) {
      long bytes = race.run(reader -> read(parts.get(reader), atLeast));
      return bytes / (race.nanos() / 1e9);
    }
  }

  private long read(long[] part, Duration atLeast) {
    long start = System.nanoTime();
    long passes = 0;
    do {
      add(part);
      passes++;
    } while (System.nanoTime() - start < atLeast.toNanos());
    return passes * bytes(part);
  }

  private void add(long[] part) {
    long added = 0;
    for (long element : part) {
      added += element;
    }
    sum = added;
  }
}
