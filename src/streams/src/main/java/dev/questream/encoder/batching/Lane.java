package dev.questream.encoder.batching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Texts that wait in line. Sources take turns, a text at a time, so that one that floods the lane
 * delays nobody else by more than its turn; within a source texts keep their order.
 *
 * <p><b>Threading:</b> guarded by the encoder's lock.
 */
final class Lane {
  private final Map<String, ArrayDeque<WaitingText>> sources = new HashMap<>();
  private final ArrayDeque<String> turns = new ArrayDeque<>(); // sources that have texts
  private int texts;
  private long tokens;

  void add(String source, WaitingText text) {
    ArrayDeque<WaitingText> its = sources.computeIfAbsent(source, name -> new ArrayDeque<>());
    if (its.isEmpty()) {
      turns.addLast(source);
    }
    its.addLast(text);
    text.waitIn(this);
    count(text, 1);
  }

  /** Gives up a text that waits here; its place is skipped when its turn comes. */
  void giveUp(WaitingText text) {
    text.waitIn(null);
    count(text, -1);
  }

  private void count(WaitingText text, int sign) {
    texts += sign;
    tokens += sign * text.tokens();
  }

  int texts() {
    return texts;
  }

  long tokens() {
    return tokens;
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
      WaitingText next = sources.get(turns.peekFirst()).peekFirst();
      boolean here = next.waitsIn(this);
      boolean kept = here && wanted.test(next);
      if (kept && !batch.isEmpty() && taken + next.tokens() > budget) {
        break;
      }
      removeNext();
      if (here) {
        giveUp(next);
      }
      if (kept) {
        taken += next.tokens();
        batch.add(next);
      }
    }
    return batch;
  }

  private void removeNext() {
    String source = turns.removeFirst();
    ArrayDeque<WaitingText> its = sources.get(source);
    its.removeFirst();
    if (its.isEmpty()) {
      sources.remove(source);
    } else {
      turns.addLast(source);
    }
  }

  /** Removes everything. */
  Collection<WaitingText> clear() {
    return take(Long.MAX_VALUE, text -> true);
  }
}
