package dev.questream.encoder.batching;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * What waits for a worker, in two lanes: urgent texts go before all others within their share, and
 * never in a batch with them. Batches that are to be tried again go first, once their time has
 * come, and are never merged with others.
 *
 * <p><b>Threading:</b> guarded by the encoder's lock.
 */
final class TextQueue {
  private final Lane urgent = new Lane();
  private final Lane others = new Lane();
  private final UrgentShare share;
  private final PriorityQueue<Retry> retries = new PriorityQueue<>();
  private long nextRetry;

  /** Ties are kept in order: {@link PriorityQueue} alone does not. */
  private record Retry(Batch batch, long notBeforeNanos, long number) implements Comparable<Retry> {
    @Override
    public int compareTo(Retry other) {
      int byTime = Long.signum(notBeforeNanos - other.notBeforeNanos); // nanoTime may overflow
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  TextQueue(double urgentShare) {
    this.share = new UrgentShare(urgentShare);
  }

  void add(String source, WaitingText text) {
    (text.isUrgent() ? urgent : others).add(source, text);
  }

  /** Makes a text urgent wherever it is; one that is with a worker already stays there. */
  void hurry(String source, WaitingText text) {
    text.hurry();
    if (text.waitsIn(others)) {
      others.giveUp(text);
      urgent.add(source, text);
    }
  }

  void retry(Batch batch, long notBeforeNanos) {
    retries.add(new Retry(batch, notBeforeNanos, nextRetry++));
  }

  int texts() {
    return urgent.texts() + others.texts();
  }

  /** Tokens of all texts that wait for their first try. */
  long tokens() {
    return urgent.tokens() + others.tokens();
  }

  boolean isEmpty() {
    return texts() == 0 && retries.isEmpty();
  }

  /** Nanoseconds until something can be taken; 0 for now, -1 if nothing waits at all. */
  long delayNanos(long nowNanos) {
    if (texts() > 0) {
      return 0;
    }
    return retries.isEmpty() ? -1 : Math.max(0, retries.peek().notBeforeNanos() - nowNanos);
  }

  /** The first batch whose retry is due, or null. */
  Batch takeRetry(long nowNanos) {
    if (retries.isEmpty() || retries.peek().notBeforeNanos() - nowNanos > 0) {
      return null;
    }
    Batch batch = retries.poll().batch();
    charge(batch.texts().stream().anyMatch(WaitingText::isUrgent), batch.tokens());
    return batch;
  }

  /**
   * Removes the texts of the next batch. While both lanes wait, batches are small: the urgent one's
   * to be quick, the others' to be soon out of its way.
   *
   * @param limit tokens that fit at present
   * @param wanted texts that it refuses are dropped
   */
  List<WaitingText> take(TokenBudget budget, long limit, Predicate<WaitingText> wanted) {
    boolean both = urgent.texts() > 0 && others.texts() > 0;
    boolean first = both ? share.urgentFirst() : urgent.texts() > 0;
    Lane lane = first ? urgent : others;
    long most = both ? Math.max(budget.minTokens(), first ? 0 : share.owed()) : Long.MAX_VALUE;
    List<WaitingText> batch =
        lane.take(Math.min(limit, Math.min(most, budget.next(lane.tokens()))), wanted);
    charge(first, batch.stream().mapToLong(WaitingText::tokens).sum());
    return batch;
  }

  private void charge(boolean toUrgent, long tokens) {
    if (!toUrgent) {
      share.otherTaken(tokens);
    } else if (others.texts() > 0) {
      share.urgentTaken(tokens);
    }
    if (urgent.texts() == 0) {
      share.urgentGone();
    }
  }

  /** Removes everything. */
  Collection<WaitingText> clear() {
    List<WaitingText> all = new ArrayList<>(urgent.clear());
    all.addAll(others.clear());
    retries.forEach(retry -> all.addAll(retry.batch().texts()));
    retries.clear();
    return all;
  }
}
