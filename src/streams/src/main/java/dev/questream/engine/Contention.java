package dev.questream.engine;

import java.util.concurrent.TimeUnit;

/**
 * Whether other programs take the cores that helpers need.
 *
 * <p>Threads that share a call wait for each other by spinning, so the caller computes or spins all
 * the time, unless a core is lost: then it sleeps until the helper has one again. A call whose
 * caller had a processor for less than {@value #LEAST_SHARE} of the time met another program.
 * Helpers then rest, at first for a tenth of a second, twice as long each time that they meet it
 * again, and ten seconds at most.
 *
 * <p><b>Threading:</b> one thread at a time.
 */
final class Contention {
  /**
   * Alone on the machine a caller has 0.88 to 1, beside a program that takes a core 0.4 to 0.54.
   */
  private static final double LEAST_SHARE = 0.7;

  private static final long FIRST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long MOST_REST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private long nextRestNanos = FIRST_REST_NANOS;
  private long restNanos;
  private long sinceNanos;

  /** Whether helpers are to rest now. */
  boolean expected(long nowNanos) {
    return nowNanos - sinceNanos < restNanos;
  }

  /**
   * A call with helpers is over.
   *
   * @param wallNanos how long it took
   * @param processorNanos how long its caller had a processor
   */
  void called(long wallNanos, long processorNanos, long nowNanos) {
    if (processorNanos >= LEAST_SHARE * wallNanos) {
      restNanos = 0;
      nextRestNanos = FIRST_REST_NANOS;
    } else {
      restNanos = nextRestNanos;
      sinceNanos = nowNanos;
      nextRestNanos = Math.min(MOST_REST_NANOS, 2 * nextRestNanos);
    }
  }
}
