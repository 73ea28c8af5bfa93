package dev.questream.encoder.batching;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One call into the model. It ends once: when the worker comes back, or when the watchdog gives it
 * up; whoever ends it answers for its batch.
 */
final class ModelCall {
  private final Batch batch;
  private final long startNanos = System.nanoTime();
  private final AtomicBoolean ended = new AtomicBoolean();

  ModelCall(Batch batch) {
    this.batch = batch;
  }

  Batch batch() {
    return batch;
  }

  long nanos() {
    return System.nanoTime() - startNanos;
  }

  /** Whether the caller is the one who ends it. */
  boolean end() {
    return ended.compareAndSet(false, true);
  }
}
