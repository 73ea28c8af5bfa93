package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The questions of a task that have been read and not yet answered: in the store, so that they
 * outlive the process, and in a queue in the order of arrival.
 *
 * <p>The store's key is the record's offset. Where that would not be a new, higher key (the task
 * reads several topics, or one record became several questions), it is the next free number, and
 * the record is kept with its {@link Origin}.
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
  private long lastKey = -1;

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
        lastKey = entry.key;
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

  /**
   * Puts a question into the store.
   *
   * @return its key
   */
  long store(Origin origin, PendingQuestion pending) {
    if (origin.offset() > lastKey) {
      lastKey = origin.offset();
      store.put(lastKey, pending);
    } else {
      lastKey++;
      store.put(lastKey, PendingRecords.withOrigin(pending, origin));
    }
    return lastKey;
  }

  /** Appends a question that the store holds. */
  InFlight enqueue(Slot slot, PendingQuestion pending, Arrival arrival) {
    long costs = PendingBudget.cost(PendingRecords.bytes(pending), dimensions);
    InFlight question = new InFlight(slot, pending, arrival, costs);
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
    store.delete(head.slot().key());
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
