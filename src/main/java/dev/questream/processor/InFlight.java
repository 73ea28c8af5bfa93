package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.encoder.Embedding;
import java.util.concurrent.CompletableFuture;

/** A record that has been read and not yet answered. Used by the stream thread only. */
final class InFlight {
  private final long key;
  private final long offset;
  private final PendingQuestion pending;
  private final Arrival arrival;
  private final long cost;
  private CompletableFuture<Embedding> future;

  InFlight(long key, long offset, PendingQuestion pending, Arrival arrival, long cost) {
    this.key = key;
    this.offset = offset;
    this.pending = pending;
    this.arrival = arrival;
    this.cost = cost;
  }

  /** Under which the store keeps it. */
  long key() {
    return key;
  }

  /** Of the record that it was made of. */
  long offset() {
    return offset;
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
  }

  /** Whether the answer can be given without waiting. */
  boolean ready() {
    return !(arrival instanceof Arrival.Asked) || (future != null && future.isDone());
  }
}
