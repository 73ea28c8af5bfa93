package dev.questream.app.runtime;

import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.EmbedObserver;
import java.time.Duration;

/**
 * Notes when the first answer left, to tell an application that once had all it needs from one that
 * never had.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class FirstAnswer implements EmbedObserver {
  /** After so long its transaction is committed, or its failure is known. */
  private static final long SETTLED_NANOS = Duration.ofSeconds(5).toNanos();

  private volatile Long nanos; // null before

  /** Whether an answer was given, and nothing came in its way. */
  boolean isSettled() {
    Long first = nanos;
    return first != null && System.nanoTime() - first > SETTLED_NANOS;
  }

  private void answered() {
    if (nanos == null) {
      nanos = System.nanoTime();
    }
  }

  @Override
  public void embedded(long endToEndMs, boolean truncated) {
    answered();
  }

  @Override
  public void deleted() {
    answered();
  }

  @Override
  public void deadLetter(DeadLetterReason reason) {
    answered();
  }
}
