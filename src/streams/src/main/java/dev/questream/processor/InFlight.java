package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.encoder.Embedding;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** A record that has been read and not yet answered. Used by the stream thread only. */
final class InFlight {
  private final Slot slot;
  private final PendingQuestion pending;
  private final Arrival arrival;
  private final long cost;
  private final long readNanos = System.nanoTime();
  private CompletableFuture<Embedding> future;
  private long submittedNanos;

  InFlight(Slot slot, PendingQuestion pending, Arrival arrival, long cost) {
    this.slot = slot;
    this.pending = pending;
    this.arrival = arrival;
    this.cost = cost;
  }

  /** Where the store keeps it. */
  Slot slot() {
    return slot;
  }

  /** Of the record that it was made of. */
  long offset() {
    return slot.offset();
  }

  PendingQuestion pending() {
    return pending;
  }

  Arrival arrival() {
    return arrival;
  }

  /** Its part of the {@link PendingBudget}, in bytes. */
  long cost() {
    return cost;
  }

  /** The embedding to come; null until the window is submitted, and for what needs none. */
  CompletableFuture<Embedding> future() {
    return future;
  }

  void submitted(CompletableFuture<Embedding> embedding) {
    future = embedding;
    submittedNanos = System.nanoTime();
  }

  /**
   * Its way until now.
   *
   * @param embedding what came of it, or null
   */
  Trail trail(Embedding embedding) {
    return new Trail(
        id(),
        pending.getTopic(),
        pending.getPartition(),
        offset(),
        slot.restored(),
        readNanos,
        submittedNanos,
        System.nanoTime(),
        embedding == null ? null : embedding.trail());
  }

  private String id() {
    byte[] key = arrival.id().isEmpty() ? Arrival.bytes(pending.getKey()) : null;
    return key == null ? arrival.id() : new String(key, StandardCharsets.UTF_8);
  }

  /** Whether the answer can be given without waiting. */
  boolean ready() {
    return !(arrival instanceof Arrival.Asked) || (future != null && future.isDone());
  }
}
