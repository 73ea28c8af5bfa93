package dev.questream.app.tracing;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Turns times of {@link System#nanoTime} of a moment ago into nanoseconds since 1970-01-01 UTC.
 *
 * @param epochNanos the one clock
 * @param nanoTime the other, at the same moment
 */
record EpochTime(long epochNanos, long nanoTime) {

  static EpochTime now() {
    Instant now = Instant.now();
    return new EpochTime(
        TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano(), System.nanoTime());
  }

  long of(long nanos) {
    return epochNanos - (nanoTime - nanos);
  }
}
