package dev.questream.lab.bench.encoder;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.lab.bench.BenchQuestions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Runs a set of questions through an encoder, in rounds of whole passes, so that every round does
 * the same work.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class EncoderRounds {
  private static final int WINDOW = 128; // as a task's window in the stream
  private static final int MAX_WINDOWS = 64;

  private final BatchingEncoder encoder;
  private final List<EncoderInput> inputs = new ArrayList<>();
  private final int[] tokenCounts;
  private final int left;

  /**
   * One round.
   *
   * @param questions that were answered
   * @param nanos from the first submitted to the last answered
   */
  public record Round(long questions, long nanos) {
    public double perSecond() {
      return questions / (nanos / 1e9);
    }
  }

  /**
   * Encodes every question once: a warm-up that also learns how many tokens each has. Questions
   * that cannot be encoded are left out.
   *
   * @throws FatalException if none can
   */
  public EncoderRounds(BatchingEncoder encoder, BenchQuestions questions) {
    this.encoder = encoder;
    List<Integer> counts = new ArrayList<>();
    List<EncoderInput> all = questions.inputs();
    List<CompletableFuture<Embedding>> futures = encoder.submit(all);
    for (int i = 0; i < all.size(); i++) {
      try {
        counts.add(futures.get(i).join().tokenCount());
        inputs.add(all.get(i));
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof EncoderException failure && failure.reason().blamesText())) {
          throw e;
        }
      }
    }
    this.left = all.size() - inputs.size();
    this.tokenCounts = counts.stream().mapToInt(Integer::intValue).toArray();
    if (inputs.isEmpty()) {
      throw new FatalException(
          ExitCode.USAGE, "not one question of %s can be encoded".formatted(questions.source()));
    }
  }

  /** Tokens of each question, in the order of the set. */
  int[] tokenCounts() {
    return tokenCounts.clone();
  }

  /** Questions that cannot be encoded and take no part. */
  int leftOut() {
    return left;
  }

  /** How many whole passes take as long as asked, by the time that one takes now. */
  public int passes(Duration atLeast) {
    long once = Math.max(1, batch(1).nanos());
    return (int) Math.max(1, (atLeast.toNanos() + once - 1) / once);
  }

  /** Submits all questions as fast as they are taken, so many times over. */
  public Round batch(int passes) {
    ArrayDeque<List<CompletableFuture<Embedding>>> underWay = new ArrayDeque<>();
    long start = System.nanoTime();
    for (int pass = 0; pass < passes; pass++) {
      for (int from = 0; from < inputs.size(); from += WINDOW) {
        int to = Math.min(from + WINDOW, inputs.size());
        underWay.addLast(encoder.submit(inputs.subList(from, to)));
        if (underWay.size() > MAX_WINDOWS) {
          await(underWay.removeFirst());
        }
      }
    }
    underWay.forEach(EncoderRounds::await);
    return new Round((long) passes * inputs.size(), System.nanoTime() - start);
  }

  private static void await(List<CompletableFuture<Embedding>> window) {
    window.forEach(CompletableFuture::join);
  }

  /**
   * Asks one question after the other, each when the last is answered, in whole passes.
   *
   * @return nanoseconds from submission to answer, for each question asked
   */
  long[] single(Duration atLeast) {
    List<Long> nanos = new ArrayList<>();
    long start = System.nanoTime();
    do {
      for (EncoderInput input : inputs) {
        long asked = System.nanoTime();
        encoder.submit(input).join();
        nanos.add(System.nanoTime() - asked);
      }
    } while (System.nanoTime() - start < atLeast.toNanos());
    return nanos.stream().mapToLong(Long::longValue).toArray();
  }
}
