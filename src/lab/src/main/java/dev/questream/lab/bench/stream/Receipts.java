package dev.questream.lab.bench.stream;

import dev.questream.lab.bench.Latency;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Answers as they come: how many, how late, and whether one came twice or out of turn.
 *
 * <p><b>Threading:</b> the receiving thread.
 */
final class Receipts {
  private final long first;
  private final BitSet seen = new BitSet();
  private final Map<Integer, Long> lastOfPartition = new HashMap<>();
  private long[] fromDue = new long[1024];
  private long[] fromSend = new long[1024];
  private int timed;
  private long answered;
  private long deadLetters;
  private long duplicates;
  private long reordered;

  /**
   * @param first place of the first question that was sent
   */
  Receipts(long first) {
    this.first = first;
  }

  /** Counts an answer; false if its question has been answered before. */
  boolean count(CommittedAnswer answer) {
    int place = Math.toIntExact(answer.place() - first);
    if (seen.get(place)) {
      duplicates++;
      return false;
    }
    seen.set(place);
    answered++;
    if (answer.deadLetter()) {
      deadLetters++;
      return true;
    }
    Long last = lastOfPartition.put(answer.partition(), answer.place());
    if (last != null && last > answer.place()) {
      reordered++;
    }
    return true;
  }

  /**
   * Keeps how long an answer took.
   *
   * @param sinceDue nanoseconds since its question was due
   * @param sinceSend nanoseconds since it was sent
   */
  void time(long sinceDue, long sinceSend) {
    if (timed == fromDue.length) {
      fromDue = Arrays.copyOf(fromDue, 2 * timed);
      fromSend = Arrays.copyOf(fromSend, 2 * timed);
    }
    fromDue[timed] = sinceDue;
    fromSend[timed++] = sinceSend;
  }

  /** How many times are kept. */
  int timed() {
    return timed;
  }

  Latency fromDue() {
    return Latency.of(Arrays.copyOf(fromDue, timed));
  }

  Latency fromSend() {
    return Latency.of(Arrays.copyOf(fromSend, timed));
  }

  /** Questions that have been answered, by an embedding or a dead letter. */
  long answered() {
    return answered;
  }

  long deadLetters() {
    return deadLetters;
  }

  /** Answers to questions that had been answered. */
  long duplicates() {
    return duplicates;
  }

  /** Embeddings that came behind a later question's in one partition. */
  long reordered() {
    return reordered;
  }
}
