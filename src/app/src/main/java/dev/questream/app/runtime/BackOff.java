package dev.questream.app.runtime;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next try: 1 s, doubled with each fault in a row up to 60 s, a fifth
 * more or less by chance. After ten minutes without a fault it begins anew.
 *
 * <p><b>Threading:</b> guarded by its owner.
 */
final class BackOff {
  static final long FIRST_MS = 1_000;
  static final long LONGEST_MS = 60_000;
  static final long FORGIVEN_MS = 600_000;
  private static final double JITTER = 0.2;

  private int inARow;
  private long lastMs;

  /** The wait after a fault at that time. */
  long next(long nowMs) {
    if (nowMs - lastMs > FORGIVEN_MS) {
      inARow = 0;
    }
    lastMs = nowMs;
    double doubled = Math.min(LONGEST_MS, Math.scalb((double) FIRST_MS, inARow));
    inARow++;
    return Math.round(doubled * (1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER)));
  }

  /** Faults without ten good minutes between them. */
  int inARow() {
    return inARow;
  }
}
