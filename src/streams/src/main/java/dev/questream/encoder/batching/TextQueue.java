package dev.questream.encoder.batching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * What waits for a worker. Sources take turns, a text at a time, so that one that floods the queue
 * delays nobody else by more than its turn; within a source texts keep their order. Batches that
 * are to be tried again go first, once their time has come, and are never merged with others.
 *
 * <p><b>Threading:</b> guarded by the encoder's lock.
 */
final class TextQueue {
  private final Map<String, ArrayDeque<WaitingText>> lanes = new HashMap<>();
  private final ArrayDeque<String> turns = new ArrayDeque<>(); // sources that have texts
  private final PriorityQueue<Retry> retries = new PriorityQueue<>();
  private long nextRetry;
  private int texts;
  private long tokens;

  /** Ties are kept in order: {@link PriorityQueue} alone does not. */
  private record Retry(Batch batch, long notBeforeNanos, long number) implements Comparable<Retry> {
    @Override
    public int compareTo(Retry other) {
      int byTime = Long.signum(notBeforeNanos - other.notBeforeNanos); // nanoTime may overflow
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  void add(String source, WaitingText text) {
    ArrayDeque<WaitingText> lane = lanes.computeIfAbsent(source, name -> new ArrayDeque<>());
    if (lane.isEmpty()) {
      turns.addLast(source);
    }
    lane.addLast(text);
    texts++;
    tokens += text.tokens();
  }

  void retry(Batch batch, long notBeforeNanos) {
    retries.add(new Retry(batch, notBeforeNanos, nextRetry++));
  }

  int texts() {
    return texts;
  }

  /** Tokens of all texts that wait for their first try. */
  long tokens() {
    return tokens;
  }

  boolean isEmpty() {
    return texts == 0 && retries.isEmpty();
  }

  /** Nanoseconds until something can be taken; 0 for now, -1 if nothing waits at all. */
  long delayNanos(long nowNanos) {
    if (texts > 0) {
      return 0;
    }
    return retries.isEmpty() ? -1 : Math.max(0, retries.peek().notBeforeNanos() - nowNanos);
  }

  /** The first batch whose retry is due, or null. */
  Batch takeRetry(long nowNanos) {
    return !retries.isEmpty() && retries.peek().notBeforeNanos() - nowNanos <= 0
        ? retries.poll().batch()
        : null;
  }

  /**
   * Removes the next texts while their tokens fit into {@code budget}; the first is taken even if
   * it alone exceeds it, so nothing waits for ever.
   *
   * @param wanted texts that it refuses are dropped
   */
  List<WaitingText> take(long budget, Predicate<WaitingText> wanted) {
    List<WaitingText> batch = new ArrayList<>();
    long taken = 0;
    while (!turns.isEmpty()) {
      String source = turns.peekFirst();
      WaitingText next = lanes.get(source).peekFirst();
      boolean kept = wanted.test(next);
      if (kept && !batch.isEmpty() && taken + next.tokens() > budget) {
        break;
      }
      removeHead(source);
      if (kept) {
        taken += next.tokens();
        batch.add(next);
      }
    }
    return batch;
  }

  private void removeHead(String source) {
    ArrayDeque<WaitingText> lane = lanes.get(source);
    WaitingText head = lane.removeFirst();
    texts--;
    tokens -= head.tokens();
    turns.removeFirst();
    if (lane.isEmpty()) {
      lanes.remove(source);
    } else {
      turns.addLast(source);
    }
  }

  /** Removes everything. */
  Collection<WaitingText> clear() {
    List<WaitingText> all = new ArrayList<>();
    lanes.values().forEach(all::addAll);
    retries.forEach(retry -> all.addAll(retry.batch().texts()));
    lanes.clear();
    turns.clear();
    retries.clear();
    texts = 0;
    tokens = 0;
    return all;
  }
}
