package dev.questream.encoder.batching;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what an encoder does.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class EncoderCounters {
  final LongAdder texts = new LongAdder();
  final LongAdder tokens = new LongAdder();
  final LongAdder batches = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder busyNanos = new LongAdder();
  final LongAdder tokenizeNanos = new LongAdder();
  final LongAdder queueNanos = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder splits = new LongAdder();
  final LongAdder timeouts = new LongAdder();
  final LongAdder outOfMemory = new LongAdder();
  final LongAdder truncated = new LongAdder();
  final LongAdder cacheHits = new LongAdder();
  final LongAdder coalesced = new LongAdder();

  void encoded(Batch batch, long nanos) {
    batches.increment();
    texts.add(batch.size());
    tokens.add(batch.tokens());
    busyNanos.add(nanos);
  }

  EncoderStatistics statistics() {
    return new EncoderStatistics(
        texts.sum(),
        tokens.sum(),
        batches.sum(),
        failures.sum(),
        busyNanos.sum(),
        tokenizeNanos.sum(),
        queueNanos.sum(),
        retries.sum(),
        splits.sum(),
        timeouts.sum(),
        outOfMemory.sum(),
        truncated.sum(),
        cacheHits.sum(),
        coalesced.sum());
  }
}
