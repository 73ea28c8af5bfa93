package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The questions of a task that have been read and not yet answered: in the store, keyed by offset,
 * so that they outlive the process, and in a queue in the order of arrival.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class PendingQuestions {
  private final KeyValueStore<Long, PendingQuestion> store;
  private final PendingBudget budget;
  private final int dimensions;
  private final ArrayDeque<InFlight> queue = new ArrayDeque<>();
  private long cost;
  private long lastRestored = -1;

  PendingQuestions(
      KeyValueStore<Long, PendingQuestion> store, PendingBudget budget, int dimensions) {
    this.store = store;
    this.budget = budget;
    this.dimensions = dimensions;
    budget.taskOpened();
  }

  /** Gives what the store holds, in the order of arrival, to be enqueued. */
  void restore(BiConsumer<Long, PendingQuestion> each) {
    try (KeyValueIterator<Long, PendingQuestion> stored = store.all()) {
      while (stored.hasNext()) {
        KeyValue<Long, PendingQuestion> entry = stored.next();
        each.accept(entry.key, entry.value);
        lastRestored = entry.key;
      }
    }
  }

  /**
   * Whether a record was restored from the store already. Under at-least-once the store may be
   * ahead of the committed offset after a crash.
   */
  boolean isRestored(long offset, PendingQuestion pending) {
    return offset <= lastRestored && pending.equals(store.get(offset));
  }

  void store(long offset, PendingQuestion pending) {
    store.put(offset, pending);
  }

  /** Appends a question that the store holds. */
  InFlight enqueue(long offset, PendingQuestion pending, Arrival arrival, boolean restored) {
    long costs = PendingBudget.cost(PendingRecords.bytes(pending), dimensions);
    InFlight question = new InFlight(offset, pending, arrival, costs, restored);
    queue.addLast(question);
    cost += costs;
    budget.take(costs);
    return question;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  /** The oldest; null if there is none. */
  InFlight head() {
    return queue.peekFirst();
  }

  /** Forgets the oldest, in the store too: its answer has been forwarded. */
  void removeHead() {
    InFlight head = queue.removeFirst();
    store.delete(head.offset());
    cost -= head.cost();
    budget.release(head.cost());
  }

  /** How much is pending in relation to what may be; over 1 is too much. */
  double pressure(int maxQuestions) {
    return Math.max((double) queue.size() / maxQuestions, budget.pressure(cost));
  }

  /** Lets go of everything in memory; the store keeps it for the next owner of the task. */
  void close() {
    for (InFlight question : queue) {
      if (question.future() != null) {
        question.future().cancel(false);
      }
    }
    queue.clear();
    budget.taskClosed(cost);
    cost = 0;
  }
}
