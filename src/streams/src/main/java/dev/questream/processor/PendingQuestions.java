package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import java.util.ArrayDeque;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The questions of a task that have been read and not yet answered: in the store, so that they
 * outlive the process, and in a queue in the order of arrival.
 *
 * <p>The store's key is the record's offset. Where that would not be a new, higher key (the task
 * reads several topics), or the question is not the first of its record, it is the next free
 * number, and the record is kept with its {@link SourcePosition}.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class PendingQuestions {
  /** The key of the mark: no question has it. */
  private static final long MARK = -1;

  private final KeyValueStore<Long, PendingQuestion> store;
  private final PendingBudget budget;
  private final int dimensions;
  private final ArrayDeque<Entry> queue = new ArrayDeque<>();
  private long cost;
  private long lastRestored = -1;
  private long lastKey = -1;

  /**
   * A question in the queue.
   *
   * @param key in the store
   * @param cost its part of the {@link PendingBudget}, in bytes
   */
  private record Entry(InFlight question, long key, long cost) {}

  PendingQuestions(
      KeyValueStore<Long, PendingQuestion> store, PendingBudget budget, int dimensions) {
    this.store = store;
    this.budget = budget;
    this.dimensions = dimensions;
    budget.taskOpened();
  }

  /**
   * Appends what the store holds, in the order of arrival.
   *
   * @param read makes the question that is appended
   * @param added told of each question after it was appended
   */
  void restore(
      BiFunction<SourcePosition, PendingQuestion, InFlight> read, Consumer<InFlight> added) {
    try (KeyValueIterator<Long, PendingQuestion> stored = store.all()) {
      while (stored.hasNext()) {
        KeyValue<Long, PendingQuestion> entry = stored.next();
        if (entry.key == MARK) {
          continue;
        }
        InFlight question =
            read.apply(PendingRecords.position(entry.value, entry.key), entry.value);
        enqueue(entry.key, question);
        added.accept(question);
        lastRestored = entry.key;
        lastKey = entry.key;
      }
    }
  }

  /**
   * Whether a record was restored from the store already. Under at-least-once the store may be
   * ahead of the committed offset after a crash.
   *
   * <p>Only a record's first question has the offset as its key. A further one is taken again: it
   * may be equal to the first, and yet missing in the store.
   */
  boolean isRestored(SourcePosition position, PendingQuestion pending) {
    return position.sibling() == 0
        && position.offset() <= lastRestored
        && pending.equals(store.get(position.offset()));
  }

  /** Appends a question, in the store too. */
  void add(InFlight question) {
    SourcePosition position = question.position();
    if (position.sibling() == 0 && position.offset() > lastKey) {
      lastKey = position.offset();
      store.put(lastKey, question.pending());
    } else {
      lastKey++;
      store.put(lastKey, PendingRecords.withPosition(question.pending(), position));
    }
    enqueue(lastKey, question);
  }

  private void enqueue(long key, InFlight question) {
    long costs = PendingBudget.cost(PendingRecords.bytes(question.pending()), dimensions);
    queue.addLast(new Entry(question, key, costs));
    cost += costs;
    budget.take(costs);
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  /** The oldest; null if there is none. */
  InFlight head() {
    return queue.isEmpty() ? null : queue.peekFirst().question();
  }

  /** Forgets the oldest, in the store too: its answer has been forwarded. */
  void removeHead() {
    Entry head = queue.removeFirst();
    store.delete(head.key());
    cost -= head.cost();
    budget.release(head.cost());
  }

  /** What the store keeps beside the questions; null if nothing. */
  byte[] mark() {
    PendingQuestion mark = store.get(MARK);
    return mark == null ? null : Arrival.bytes(mark.getValue());
  }

  /**
   * Keeps something beside the questions, whoever has the store.
   *
   * @param mark null for nothing
   */
  void mark(byte[] mark) {
    store.put(MARK, mark == null ? null : PendingRecords.mark(mark));
  }

  /** How much is pending in relation to what may be; over 1 is too much. */
  double pressure(int maxQuestions) {
    return Math.max((double) queue.size() / maxQuestions, budget.pressure(cost));
  }

  /** Lets go of everything in memory; the store keeps it for the next owner of the task. */
  void close() {
    for (Entry entry : queue) {
      if (entry.question().future() != null) {
        entry.question().future().cancel(false);
      }
    }
    queue.clear();
    budget.taskClosed(cost);
    cost = 0;
  }
}
