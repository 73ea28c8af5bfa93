package dev.questream.encoder;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what an encoder does.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class EncoderCounters {
  private final LongAdder texts = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder busyNanos = new LongAdder();

  void encoded(int batchTexts, int batchTokens, long nanos) {
    batches.increment();
    texts.add(batchTexts);
    tokens.add(batchTokens);
    busyNanos.add(nanos);
  }

  void failed() {
    failures.increment();
  }

  EncoderStatistics statistics() {
    return new EncoderStatistics(
        texts.sum(), tokens.sum(), batches.sum(), failures.sum(), busyNanos.sum());
  }
}
