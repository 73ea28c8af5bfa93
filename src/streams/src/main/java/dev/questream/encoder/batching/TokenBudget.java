package dev.questream.encoder.batching;

/**
 * The rule by which waiting texts become batches.
 *
 * <p>A batch takes texts while their tokens fit. The budget is an even share of what is waiting for
 * each worker, so that a short queue is spread over all of them, but at least {@code minTokens},
 * under which a batch no longer gains, and at most {@code maxTokens}.
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
}
