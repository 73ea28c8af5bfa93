package dev.questream.encoder.batching;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Windows of many tasks into batches by tokens. Times are a question's. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MergeBenchmark {
  private static final int QUESTIONS = 1024;
  private static final int MEAN_TOKENS = 20;

  @Param({"1", "6", "64"})
  private int tasks;

  private final TokenBudget budget = new TokenBudget(512, 4096, 2);
  private final List<TokenKey> keys = new ArrayList<>();
  private String[] sources;

  /** Makes questions of 4 to 36 tokens. */
  @Setup
  public void prepare() {
    Random random = new Random(1);
    for (int i = 0; i < QUESTIONS; i++) {
      int[] ids = new int[MEAN_TOKENS - 16 + random.nextInt(33)];
      ids[0] = i;
      keys.add(new TokenKey(ids));
    }
    sources = new String[tasks];
    for (int i = 0; i < tasks; i++) {
      sources[i] = "0_" + i;
    }
  }

  /** All questions into the queue and out of it in batches. */
  @Benchmark
  @OperationsPerInvocation(QUESTIONS)
  public void merge(Blackhole blackhole) {
    TextQueue queue = new TextQueue(0.5);
    for (int i = 0; i < QUESTIONS; i++) {
      WaitingText text = new WaitingText(keys.get(i), 0);
      text.add(new WaitingText.Waiter(new CompletableFuture<>(), 1, 0));
      queue.add(sources[i % tasks], text);
    }
    while (!queue.isEmpty()) {
      blackhole.consume(queue.take(budget, Long.MAX_VALUE, WaitingText::wanted));
    }
  }
}
