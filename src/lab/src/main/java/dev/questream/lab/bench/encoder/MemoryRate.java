package dev.questream.lab.bench.encoder;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast this machine reads so many bytes again and again when it does nothing else: the roof
 * over a question that is asked alone, for which all weights are read once. What fits into a cache
 * is read from there, as weights would be.
 *
 * <p><b>Threading:</b> one thread measures; the threads that read end with the measurement.
 */
final class MemoryRate {
  private final List<long[]> parts = new ArrayList<>();
  private volatile long sum; // so that reading has an effect

  /**
   * @param bytes read in a pass
   * @param threads that share them
   */
  MemoryRate(long bytes, int threads) {
    for (int i = 0; i < threads; i++) {
      parts.add(new long[Math.toIntExact(Math.max(1, bytes / threads / Long.BYTES))]);
    }
  }

  /** Bytes read in a pass. */
  long bytes() {
    return parts.stream().mapToLong(part -> (long) part.length * Long.BYTES).sum();
  }

  /**
   * Reads for a while.
   *
   * @param atLeast how long
   * @return bytes a second, all threads together
   */
  double measure(Duration atLeast) {
    ExecutorService threads = Executors.newFixedThreadPool(parts.size());
    try {
      List<Callable<Double>> readers = new ArrayList<>();
      parts.forEach(part -> readers.add(() -> read(part, atLeast)));
      double perSecond = 0;
      for (Future<Double> reader : threads.invokeAll(readers)) {
        perSecond += reader.get();
      }
      return perSecond;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading memory", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private double read(long[] part, Duration atLeast) {
    add(part); // once to warm up
    long begin = System.nanoTime();
    long passes = 0;
    long nanos;
    do {
      add(part);
      passes++;
      nanos = System.nanoTime() - begin;
    } while (nanos < atLeast.toNanos());
    return passes * (double) part.length * Long.BYTES / (nanos / 1e9);
  }

  private void add(long[] part) {
    long added = 0;
    for (long element : part) {
      added += element;
    }
    sum = added;
  }
}
