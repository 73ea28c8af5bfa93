package dev.questream.encoder.batching;

import dev.questream.encoder.Embedding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A tokenized text on its way through the encoder, and all who wait for its vector.
 *
 * <p><b>Threading:</b> waiters, lane and urgency are guarded by the encoder's lock.
 */
final class WaitingText {

  /** One future, how many tokens its text had before it was cut, and when it was queued. */
  record Waiter(CompletableFuture<Embedding> future, int originalCount, long queuedNanos) {}

  private final TokenKey key;
  private final long queuedNanos;
  private final boolean probe;
  private List<Waiter> waiters = new ArrayList<>(1);
  private Lane lane;
  private boolean urgent;

  WaitingText(TokenKey key, long queuedNanos) {
    this(key, queuedNanos, false);
  }

  private WaitingText(TokenKey key, long queuedNanos, boolean probe) {
    this.key = key;
    this.queuedNanos = queuedNanos;
    this.probe = probe;
  }

  /** A text that nobody waits for: it shows whether the model answers. */
  static WaitingText probe(int[] ids) {
    return new WaitingText(new TokenKey(ids), System.nanoTime(), true);
  }

  boolean isProbe() {
    return probe;
  }

  TokenKey key() {
    return key;
  }

  int[] ids() {
    return key.ids();
  }

  int tokens() {
    return key.ids().length;
  }

  /** The first and the last token, which no text is without: a text of nothing. */
  int[] specialTokens() {
    int[] ids = ids();
    return new int[] {ids[0], ids[ids.length - 1]};
  }

  /** From now on it goes before texts that nobody waits for at this moment. */
  void hurry() {
    urgent = true;
  }

  boolean isUrgent() {
    return urgent;
  }

  /** Says in which lane it waits; null for none. */
  void waitIn(Lane its) {
    lane = its;
  }

  boolean waitsIn(Lane other) {
    return lane == other;
  }

  /** When it was queued, by {@link System#nanoTime}. */
  long queuedNanos() {
    return queuedNanos;
  }

  void add(Waiter waiter) {
    waiters.add(waiter);
  }

  /** Whether anybody has not given up yet. */
  boolean wanted() {
    for (Waiter waiter : waiters) {
      if (!waiter.future().isDone()) {
        return true;
      }
    }
    return false;
  }

  /** Takes the waiters away, to be told. */
  List<Waiter> release() {
    List<Waiter> released = waiters;
    waiters = List.of();
    return released;
  }
}
