package dev.questream.engine;

import dev.questream.encoder.EncoderException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntToLongFunction;

/** Threads that begin the same work at the same moment, and the time until the last is through. */
final class Race implements AutoCloseable {
  private final int runners;
  private final ExecutorService threads;
  private long nanos;

  Race(int runners) {
    this.runners = runners;
    this.threads =
        Executors.newFixedThreadPool(runners, task -> new Thread(task, "questream-race"));
  }

  /** Runs the work on every thread and adds up what it returns. */
  long run(IntToLongFunction work) {
    CountDownLatch ready = new CountDownLatch(runners);
    CountDownLatch go = new CountDownLatch(1);
    List<Future<Long>> results = new ArrayList<>();
    for (int i = 0; i < runners; i++) {
      int runner = i;
      results.add(
          threads.submit(
              () -> {
                ready.countDown();
                go.await();
                return work.applyAsLong(runner);
              }));
    }
    try {
      ready.await();
      long start = System.nanoTime();
      go.countDown();
      long sum = 0;
      for (Future<Long> result : results) {
        sum += result.get();
      }
      nanos = System.nanoTime() - start;
      return sum;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EncoderException(EncoderException.Reason.CLOSED, "interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }

  /** From the start of the last run to the end of its slowest thread. */
  long nanos() {
    return nanos;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
