package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.encoder.Embedding;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** A record that has been read and not yet answered. Used by the stream thread only. */
final class InFlight {
  /** What is earlier has no timestamp (-1), or one in seconds. */
  private static final long YEAR_2001_MS = 1_000_000_000_000L;

  private final SourcePosition position;
  private final PendingQuestion pending;
  private final Arrival arrival;
  private final boolean restored;
  private final long readNanos = System.nanoTime();
  private CompletableFuture<Embedding> future;
  private long submittedNanos;

  /**
   * A record with no future yet.
   *
   * @param position where it was read
   * @param pending its content, as the pending store keeps it
   * @param arrival what it turned out to be
   * @param restored whether it was found in the pending store, and not read from its topic
   */
  InFlight(SourcePosition position, PendingQuestion pending, Arrival arrival, boolean restored) {
    this.position = position;
    this.pending = pending;
    this.arrival = arrival;
    this.restored = restored;
  }

  SourcePosition position() {
    return position;
  }

  PendingQuestion pending() {
    return pending;
  }

  Arrival arrival() {
    return arrival;
  }

  /** The embedding to come; null until the window is submitted, and for what needs none. */
  CompletableFuture<Embedding> future() {
    return future;
  }

  void submitted(CompletableFuture<Embedding> embedding) {
    future = embedding;
    submittedNanos = System.nanoTime();
  }

  /** How long ago it was asked, in milliseconds; 0 if its record has no usable timestamp. */
  long ageMs(long nowMs) {
    long asked = pending.getTimestampMs();
    return asked < YEAR_2001_MS ? 0 : Math.max(0, nowMs - asked);
  }

  /** Whether the answer can be given without waiting. */
  boolean ready() {
    return !(arrival instanceof Arrival.Asked) || (future != null && future.isDone());
  }

  /**
   * Its way until now.
   *
   * @param embedding its answer, or null
   */
  Trail trail(Embedding embedding) {
    return new Trail(
        id(),
        position.topic(),
        position.partition(),
        position.offset(),
        restored,
        readNanos,
        submittedNanos,
        System.nanoTime(),
        embedding == null ? null : embedding.trail());
  }

  private String id() {
    byte[] key = arrival.id().isEmpty() ? Arrival.bytes(pending.getKey()) : null;
    return key == null ? arrival.id() : new String(key, StandardCharsets.UTF_8);
  }
}
