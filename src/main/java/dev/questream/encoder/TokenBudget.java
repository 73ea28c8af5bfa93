package dev.questream.encoder;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The rule by which waiting texts become batches.
 *
 * <p>A batch takes texts in order of arrival while their tokens fit. The budget is an even share of
 * what is waiting for each worker, so that a short queue is spread over all of them, but at least
 * {@code minTokens}, under which a batch no longer gains, and at most {@code maxTokens}. The first
 * text is taken even if it alone exceeds the budget, so nothing waits for ever.
 *
 * @param minTokens tokens under which a batch is not split further for the sake of idle workers
 * @param maxTokens tokens that a batch holds at most
 * @param workers threads that share the queue
 */
public record TokenBudget(int minTokens, int maxTokens, int workers) {

  public TokenBudget {
    if (minTokens < 1 || maxTokens < minTokens || workers < 1) {
      throw new IllegalArgumentException(
          "need 1 <= minTokens <= maxTokens and workers >= 1, got %d, %d, %d"
              .formatted(minTokens, maxTokens, workers));
    }
  }

  /** The tokens that the next batch may hold when {@code waitingTokens} are waiting. */
  public long next(long waitingTokens) {
    long share = (waitingTokens + workers - 1) / workers;
    return Math.max(minTokens, Math.min(maxTokens, share));
  }

  /** Removes the next batch from the head of {@code waiting}; empty only if nothing waits. */
  public <T> List<T> take(Deque<T> waiting, long waitingTokens, ToIntFunction<T> tokens) {
    long budget = next(waitingTokens);
    List<T> batch = new ArrayList<>();
    long taken = 0;
    while (!waiting.isEmpty()) {
      int next = tokens.applyAsInt(waiting.peekFirst());
      if (!batch.isEmpty() && taken + next > budget) {
        break;
      }
      taken += next;
      batch.add(waiting.removeFirst());
    }
    return batch;
  }
}
